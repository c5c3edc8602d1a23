"""A rehearsal of one Amazon seller account: a real HTTP server with state, limits and faults.

The command `sandbox` finds this package by its kind and calls `add_arguments` and `serve`.
"""

from __future__ import annotations

from argparse import ArgumentParser
from contextlib import closing, suppress

from channels.adapters.amazon.sandbox.application import Sandbox
from channels.adapters.amazon.sandbox.regions import REGIONS
from channels.adapters.amazon.sandbox.server import Server, running

__all__ = ["Sandbox", "Server", "add_arguments", "running", "serve"]

SETTINGS = ("seller_id", "region", "client_id", "client_secret", "refresh_token")


def add_arguments(parser: ArgumentParser) -> None:
    """The options of this kind of sandbox."""
    parser.add_argument("--port", type=int, default=8766, help="loopback port; 0 takes a free one")
    parser.add_argument("--state", default="", help="state file; without it nothing is kept")
    parser.add_argument("--seller-id", help="the seller's id (merchant token)")
    parser.add_argument("--region", choices=sorted(REGIONS), help="which marketplaces there are")
    parser.add_argument("--client-id", help="client id of the application")
    parser.add_argument("--client-secret", help="client secret of the application")
    parser.add_argument("--refresh-token", help="the refresh token to accept")
    parser.add_argument("--speed", type=float, help="seconds that pass there in one second")


def serve(options: dict[str, object]) -> None:
    """Serve until interrupted. Prints one line when it listens.

    Raises OSError when the port is taken.
    """
    settings = {name: options[name] for name in SETTINGS if options.get(name)}
    port = int(str(options.get("port") or 0))
    with (
        closing(Sandbox(str(options.get("state") or ""), **settings)) as sandbox,
        Server(sandbox, port) as server,
    ):
        if options.get("speed"):
            sandbox.store.clock.run_at(float(str(options["speed"])))
        account = sandbox.account
        print(  # noqa: T201
            f"sandbox of {account.seller_id} ({account.region}) at {server.url}", flush=True
        )
        with suppress(KeyboardInterrupt):
            server.serve_forever()
