"""`manage.py sandbox KIND`: play a vendor on loopback, for rehearsals, the demo and tests.

A kind has a sandbox when its adapter folder holds a package or module `sandbox` with two
functions: `add_arguments(parser)` adds its options, `serve(options)` serves until interrupted.
"""

from __future__ import annotations

import pkgutil
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from channels import adapters


def sandboxes() -> dict[str, ModuleType]:
    """The sandbox module of every kind that has one."""
    kinds = (module.name for module in pkgutil.iter_modules(adapters.__path__) if module.ispkg)
    names = {kind: f"{adapters.__name__}.{kind}.sandbox" for kind in kinds}
    return {kind: import_module(name) for kind, name in names.items() if find_spec(name)}


class Command(BaseCommand):
    help = "Serve the sandbox of a kind of channel on 127.0.0.1."
    requires_system_checks: list[str] = []
    """None: a sandbox needs neither the database nor the settings of the shop it is played to."""

    def add_arguments(self, parser: CommandParser) -> None:
        kinds = parser.add_subparsers(dest="kind", metavar="kind", required=True)
        for kind, module in sandboxes().items():
            module.add_arguments(kinds.add_parser(kind, help=(module.__doc__ or "").split("\n")[0]))

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            sandboxes()[options["kind"]].serve(options)
        except (OSError, OverflowError) as error:  # overflow: a port above 65535
            raise CommandError(
                f"can not serve: {str(error).rstrip('.')}. Choose another --port, or 0 for any."
            ) from error
