from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config import translating


class Command(BaseCommand):
    help = (
        "Bring the catalogs in locale/ up to date with the texts, compile them, and name what is"
        " not translated yet. Needs GNU gettext; run it again after editing a catalog."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        if not translating.can_extract():
            raise CommandError("GNU gettext is not installed: apt-get install gettext")
        for path in translating.catalogs():
            catalog = translating.extracted(path)
            path.parent.mkdir(parents=True, exist_ok=True)
            catalog.save(str(path))
            catalog.save_as_mofile(str(path.with_suffix(".mo")))
            missing = catalog.untranslated_entries()
            self.stdout.write(f"{path}: {len(catalog)} texts, {len(missing)} not translated")
            for entry in missing:
                self.stdout.write(f"  {entry.msgid!r}")
