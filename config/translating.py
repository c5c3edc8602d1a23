"""Finding what is to be translated, in our sources and in what we show of others'."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

import django
import polib
from django.conf import settings

from config import labels

LIBRARIES = (
    "unfold",
    "import_export",
    "django_celery_beat",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.humanize",
)
"""Those whose words our pages show; what they bring in Romanian themselves is left to them."""

MENDED = frozenset(
    {
        "Select %s to view",
        "%(delta)s ago",
        "an hour ago",
        "a minute ago",
        "a second ago",
        "%(delta)s from now",
        "an hour from now",
        "a minute from now",
        "a second from now",
    }
)
"""But for these: misspelt there, or begun with a capital, although they stand within sentences."""

FLOORS = ("config", "syncjobs", "channels", "orders", "inventory", "partners", "desk", "templates")
OURS = Path("locale")
OTHERS = Path("locale") / "libraries"
Text = tuple[str, str | None]
"""A text and its context."""
CATALOG = Path("LC_MESSAGES") / "django.po"


KEPT = ("Language", "MIME-Version", "Content-Type", "Content-Transfer-Encoding", "Plural-Forms")
"""What stays in a catalog's head: neither dates nor names."""


def can_extract() -> bool:
    """Whether GNU gettext, which finds the texts, is installed."""
    return all(shutil.which(tool) for tool in ("xgettext", "msgmerge", "msguniq"))


def catalogs() -> list[Path]:
    """Every catalog there is."""
    root = Path(settings.BASE_DIR)
    folders = [root / OURS, root / OTHERS]
    return [
        folder / code / CATALOG
        for folder in folders
        for code, _ in settings.LANGUAGES
        if code != settings.LANGUAGE_CODE
    ]


def extracted(catalog: Path) -> polib.POFile:
    """The catalog as it should be: every text that there is now, with the translations it has.
    What only resembles an older text is left to be translated. Needs can_extract()."""
    root = Path(settings.BASE_DIR)
    is_ours = catalog.is_relative_to(root / OURS) and not catalog.is_relative_to(root / OTHERS)
    code = catalog.parent.parent.name
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        for name in FLOORS if is_ours else LIBRARIES:
            _copy(root / name if is_ours else _home(name), work / name)
        if not is_ours:
            _write_labels(work / "labels.py")
        found = work / OURS / code / CATALOG
        found.parent.mkdir(parents=True)
        if catalog.exists():
            shutil.copy(catalog, found)
        _make_messages(work, code)
        known = set() if is_ours else _said_elsewhere(code)
        return _tidy(polib.pofile(str(found), wrapwidth=98), known)


def _copy(source: Path, target: Path) -> None:
    """Sources alone: the extractor writes beside what it reads."""
    for path in source.rglob("*"):
        if path.suffix in {".py", ".html", ".txt"} and "sandbox" not in path.parts:
            copy = target / path.relative_to(source)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, copy)


def _home(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise LookupError(f"{package} is not installed")
    return Path(spec.origin).parent


def _write_labels(path: Path) -> None:
    lines = [f"_({text!r})\n" for text in sorted(labels.texts())]
    path.write_text("".join(lines), encoding="utf-8")


def _said_elsewhere(code: str) -> set[Text]:
    """What Django's catalogs and our own translate already."""
    root = Path(django.__file__).parent
    django_own = [*root.glob(f"conf/locale/{code}"), *root.glob(f"contrib/*/locale/{code}")]
    own = Path(settings.BASE_DIR) / OURS / code
    found = [folder / CATALOG for folder in [*django_own, own]]
    return {
        (entry.msgid, entry.msgctxt)
        for path in found
        if path.exists()
        for entry in polib.pofile(str(path))
        if path.is_relative_to(own) or (entry.translated() and entry.msgid not in MENDED)
    }


def _make_messages(work: Path, code: str) -> None:
    """Django's own command, without our settings: they would lead it out of the folder."""
    command = [sys.executable, "-m", "django", "makemessages", "--locale", code]
    options = ["--no-obsolete", "--add-location", "file"]
    clean = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    subprocess.run(  # noqa: S603 - nothing of it comes from outside
        [*command, *options], cwd=work, env=clean, check=True, capture_output=True
    )


def _tidy(catalog: polib.POFile, known: set[Text]) -> polib.POFile:
    """In one order, without what is known elsewhere or changes by itself, and without guesses."""
    for entry in [each for each in catalog if (each.msgid, each.msgctxt) in known]:
        catalog.remove(entry)
    catalog.metadata = {name: catalog.metadata[name] for name in KEPT if name in catalog.metadata}
    catalog.metadata_is_fuzzy = False
    for entry in catalog:
        if entry.fuzzy:
            entry.flags.remove("fuzzy")
            entry.msgstr = ""
            entry.msgstr_plural = dict.fromkeys(entry.msgstr_plural, "")
            entry.previous_msgid = entry.previous_msgid_plural = entry.previous_msgctxt = None
    catalog.sort(key=lambda entry: (entry.msgid, entry.msgctxt or ""))
    return catalog
