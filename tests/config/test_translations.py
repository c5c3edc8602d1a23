"""The catalogs: complete, compiled, sound, and those of the texts that there are now."""

from __future__ import annotations

import re
from pathlib import Path

import polib
import pytest

from config import translating

CATALOGS = translating.catalogs()
PLACEHOLDER = re.compile(r"%\(\w+\)[a-zA-Z]|%[sdr%]|\{\w*\}")
CEDILLAS = "şţŞŢ"


def entries(path: Path) -> list[polib.POEntry]:
    return list(polib.pofile(str(path)))


def forms(entry: polib.POEntry | polib.MOEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) or [entry.msgstr]


def placeholders(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text)) - {"%%"}


def keys(catalog: polib.POFile) -> set[tuple[str | None, str, str]]:
    return {(entry.msgctxt, entry.msgid, entry.msgid_plural) for entry in catalog}


@pytest.mark.parametrize("path", CATALOGS, ids=str)
def test_every_text_is_translated_and_nothing_is_a_guess(path: Path) -> None:
    found = entries(path)

    assert found
    assert [entry.msgid for entry in found if not all(forms(entry))] == []
    assert [entry.msgid for entry in found if entry.fuzzy or entry.obsolete] == []


@pytest.mark.parametrize("path", CATALOGS, ids=str)
def test_what_is_compiled_is_what_is_written(path: Path) -> None:
    """A fresh machine has no compiler: the compiled catalog is committed beside its source."""
    written = {
        (entry.msgctxt, entry.msgid): forms(entry) for entry in entries(path) if entry.translated()
    }

    compiled = {
        (entry.msgctxt, entry.msgid): forms(entry)
        for entry in polib.mofile(str(path.with_suffix(".mo")))
    }

    assert compiled == written


@pytest.mark.parametrize("path", CATALOGS, ids=str)
def test_a_translation_fills_in_what_the_text_fills_in(path: Path) -> None:
    wrong = []
    for entry in entries(path):
        plural = placeholders(entry.msgid_plural)
        wanted = placeholders(entry.msgid) | plural
        for form in forms(entry):
            given = placeholders(form)
            # A form for exactly one thing may say it in words.
            missing = wanted - given if not plural else placeholders(entry.msgid) - given
            if given - wanted or missing:
                wrong.append(entry.msgid)

    assert wrong == []


@pytest.mark.parametrize("path", CATALOGS, ids=str)
def test_a_translation_keeps_markup_and_the_ends_of_the_text(path: Path) -> None:
    tags = re.compile(r"</?\w+")
    wrong = [
        entry.msgid
        for entry in entries(path)
        for form in forms(entry)
        if sorted(tags.findall(form)) != sorted(tags.findall(entry.msgid))
        or form[:1].isspace() != entry.msgid[:1].isspace()
        or form[-1:].isspace() != entry.msgid[-1:].isspace()
    ]

    assert wrong == []


@pytest.mark.parametrize("path", CATALOGS, ids=str)
def test_romanian_is_written_with_its_own_letters(path: Path) -> None:
    wrong = [form for entry in entries(path) for form in forms(entry) if set(form) & set(CEDILLAS)]

    assert wrong == []


@pytest.mark.parametrize("path", CATALOGS, ids=str)
def test_one_word_is_translated_one_way(path: Path) -> None:
    """The glossary's words, wherever they are a whole text."""
    glossary = {
        "warehouse": "depozit",
        "product": "produs",
        "channel": "canal",
        "location": "locație",
        "listing": "listare",
        "stocktake": "inventariere",
        "transfer": "transfer",
        "global profile": "profil global",
        "selling list": "listă de vânzare",
        "sync run": "rulare de sincronizare",
        "publication": "publicare",
        "stock level": "nivel de stoc",
    }
    wrong = {
        entry.msgid: entry.msgstr
        for entry in entries(path)
        if entry.msgstr.lower() != glossary.get(entry.msgid.lower(), entry.msgstr.lower())
    }

    assert wrong == {}


@pytest.mark.skipif(not translating.can_extract(), reason="GNU gettext is not installed")
@pytest.mark.parametrize("path", CATALOGS, ids=str)
def test_the_catalog_holds_the_texts_that_there_are(path: Path) -> None:
    """After a change of texts: ./manage.py translations"""
    now = keys(translating.extracted(path))
    kept = keys(polib.pofile(str(path)))

    assert {"new": now - kept, "gone": kept - now} == {"new": set(), "gone": set()}
