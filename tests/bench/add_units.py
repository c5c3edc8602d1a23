"""A process that adds one unit to one product until its time is up; prints how often it did.

Run by bench_ledger, once Django is set up: PRODUCT WAREHOUSE SECONDS
"""

import sys
import time

from inventory import ledger


def main() -> None:
    product, warehouse, seconds = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    done, ends_at = 0, time.monotonic() + seconds
    while time.monotonic() < ends_at:
        ledger.receive(warehouse, [(product, 1)], ledger.Cause())
        done += 1
    print(done)
