"""Programs that call the API over kept connections, as lean as can be: what is measured is ours."""

from __future__ import annotations

import http.client
import json
import sys
import time
import uuid


def main() -> None:
    """`calling.py PORT KEY SECONDS SKU…`: post one movement after the other; print each call's
    seconds as JSON."""
    port, key, seconds, *skus = sys.argv[1:]
    connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=30)
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    taken: list[float] = []
    end = time.monotonic() + float(seconds)
    while time.monotonic() < end:
        line = {"sku": skus[len(taken) % len(skus)], "warehouse": "main", "delta": 1}
        body = json.dumps({"reason": "receive", "lines": [line]})
        began = time.perf_counter()
        own = {"Idempotency-Key": str(uuid.uuid4())}
        connection.request("POST", "/api/v1/movements", body, headers | own)
        answer = connection.getresponse()
        text = answer.read()
        taken.append(time.perf_counter() - began)
        if answer.status != 201:
            sys.exit(f"{answer.status}: {text.decode()}")
    print(json.dumps(taken))


if __name__ == "__main__":
    main()
