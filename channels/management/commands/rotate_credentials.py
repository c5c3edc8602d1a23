"""Rotates what encrypts stored credentials."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from partners.models.encrypted import encrypted_columns, renew


class Command(BaseCommand):
    """Encrypts with the newest key all that is stored encrypted. Exits 1 if something can not be
    read with any."""

    help = "Encrypts every stored credential and secret with the first of CREDENTIAL_KEYS."

    def handle(self, *_args: Any, **_options: Any) -> None:
        lost = []
        for model, column in encrypted_columns():
            label = f"{model.__name__}.{column}"
            found = renew(model, column)
            self.stdout.write(
                f"{label}: {found.renewed} encrypted anew, {found.current} were already."
            )
            lost += [f"{label} of number {pk}" for pk in found.unreadable]
        if lost:
            raise CommandError(
                f"No key opens {', '.join(lost)}. Put the key that they were stored with at the"
                " end of CREDENTIAL_KEYS and repeat, or enter those credentials again."
            )
        self.stdout.write(
            "All are encrypted with the first of CREDENTIAL_KEYS: the others may be taken away."
        )
