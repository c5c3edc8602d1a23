"""A process that calls one channel as often as its budget allows until its time is up.

Run by test_budgets, once Django is set up: CHANNEL SECONDS shared|own. Says when it is ready, waits
for a line, and prints how many calls were answered.
"""

import sys
import time

from channels import accounts
from channels.contract import ChannelError, Connection
from channels.models import Channel


def main() -> None:
    channel, seconds = Channel.objects.get(pk=sys.argv[1]), float(sys.argv[2])
    adapter = accounts.connect(channel)
    if sys.argv[3] == "own":
        adapter = type(adapter)(Connection(adapter.connection.values))
    print("ready", flush=True)
    sys.stdin.readline()
    answered, ends_at = 0, time.monotonic() + seconds
    while time.monotonic() < ends_at:
        try:
            adapter.pull_locations()
            answered += 1
        except ChannelError as error:
            print(error, file=sys.stderr)
    print(answered)
