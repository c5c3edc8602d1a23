"""A rehearsal of one Shopify store: a real HTTP server with state, limits and faults.

The command `sandbox` finds this package by its kind and calls `add_arguments` and `serve`.
"""

from __future__ import annotations

from argparse import ArgumentParser
from contextlib import closing, suppress

from channels.adapters.shopify.sandbox.application import Sandbox
from channels.adapters.shopify.sandbox.server import Server, running
from channels.adapters.shopify.sandbox.shop import PLANS

__all__ = ["Sandbox", "Server", "add_arguments", "running", "serve"]


def add_arguments(parser: ArgumentParser) -> None:
    """The options of this kind of sandbox."""
    parser.add_argument("--port", type=int, default=8765, help="loopback port; 0 takes a free one")
    parser.add_argument("--state", default="", help="state file; without it nothing is kept")
    parser.add_argument("--shop", help="shop name, the part before .myshopify.com")
    parser.add_argument("--token", help="the static access token to accept")
    parser.add_argument("--client-id", help="client id of the client-credentials grant")
    parser.add_argument("--client-secret", help="client secret, also signs webhooks")
    parser.add_argument("--plan", choices=sorted(PLANS), help="sizes the cost bucket")


def serve(options: dict[str, object]) -> None:
    """Serve until interrupted. Prints one line when it listens.

    Raises OSError when the port is taken.
    """
    names = {
        "shop": "name",
        "token": "token",
        "client_id": "client_id",
        "client_secret": "client_secret",
        "plan": "plan",
    }
    settings = {field: options[key] for key, field in names.items() if options.get(key)}
    port = int(str(options.get("port") or 0))
    with (
        closing(Sandbox(str(options.get("state") or ""), **settings)) as sandbox,
        Server(sandbox, port) as server,
    ):
        print(f"sandbox of {sandbox.shop.domain} at {server.url}", flush=True)  # noqa: T201
        with suppress(KeyboardInterrupt):
            server.serve_forever()
