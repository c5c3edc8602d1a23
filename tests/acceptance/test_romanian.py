"""The whole admin in Romanian: no English is left on any page, but for what is stored; days are
written as everywhere, and what is no number to a reader, such as a record's key, never as one."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import translation

from tests.acceptance import gallery, pages
from tests.pretend import World

pytestmark = pytest.mark.django_db

ENGLISH = re.compile(
    r"\b(the|of|and|to|is|was|were|not|with|from|this|that|has|have|for|its?|will|by|when|what|add|save"
    r"|search|delete|show|send|select|all|new|none|never|today|now|order|product|channel|stock)\b",
    re.IGNORECASE,
)
# A drawing with a comma in a number is not drawn at all.
DRAWN = re.compile(r'\b(?:x|y|x1|x2|y1|y2|cx|cy|r|width|height)="-?\d+,\d|style="[^"]*\d,\d')
FAR = 4_000_000
"""Keys of all records begin here: one that is written as a number stands out, and leads nowhere."""
GROUPED = re.compile(r".{0,60}\b4[.,]000[.,]\d{3}.{0,20}")
OTHERWISE = re.compile(
    r".{0,40}(?:\b[ap]\.m\.|\d\d? \w{3,10} 20\d\d\b|\d\d\.\d\d\.20\d\d|\d/\d\d/20\d\d).{0,20}"
)
"""Days and times that are not written as 2026-11-21 14:05."""
STORED = re.compile(
    r"Can |CUP-0 was looked for|^Product \d+$|Stock communicator|Acme Logistics|\w+ \| "
    r"|[\w.-]+\.[\w.]+|[a-z]+[-_/][a-z]"
)
"""What people or the log wrote, names of groups and permissions, codes: they are as they were
stored."""
FLOORS = sorted({kind.partition(".")[0] for kind in pages.KINDS} - {"django_celery_beat"})
"""Not the schedules: their names are stored, and their times are told by a library."""
SILENT = {"script", "style", "code", "pre", "template"}
SPOKEN = {"aria-label", "title", "placeholder", "alt"}


class Texts(HTMLParser):
    """What a page says to eyes and to screen readers."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._silent = 0
        self._is_icon = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in SILENT
        named = dict(attrs)
        self._is_icon = "material-symbols" in (named.get("class") or "")
        self.found += [value for name, value in attrs if name in SPOKEN and value]

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in SILENT
        self._is_icon = False

    def handle_data(self, data: str) -> None:
        if not self._silent and not self._is_icon and data.strip():
            self.found.append(" ".join(data.split()))


@pytest.fixture(autouse=True)
def _english_afterwards() -> Iterator[None]:
    yield
    translation.activate("en")


@pytest.fixture
def far(db: None) -> Iterator[None]:
    """Records made from here on have keys of seven digits."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT quote_ident(schemaname) || '.' || quote_ident(sequencename), last_value"
            " FROM pg_sequences WHERE schemaname = 'public'"
        )
        before = cursor.fetchall()
        for name, _ in before:
            cursor.execute("SELECT setval(%s, %s)", [name, FAR])
    yield
    with connection.cursor() as cursor:
        for name, last in before:
            cursor.execute("SELECT setval(%s, %s, %s)", [name, last or 1, last is not None])


def texts(html: str) -> list[str]:
    parser = Texts()
    parser.feed(html)
    return parser.found


@pytest.mark.parametrize("floor", FLOORS)
def test_no_page_speaks_english_to_a_romanian(
    far: None, admin_client: Client, world: World, monkeypatch: pytest.MonkeyPatch, floor: str
) -> None:
    monkeypatch.setattr(logging.getLogger("django.request"), "disabled", True)
    gallery.hang(world)
    client = admin_client
    client.raise_request_exception = False
    client.cookies["django_language"] = "ro"
    left: dict[str, str] = {}

    for page in [each for each in pages.every() if each.kind.startswith(f"{floor}.")]:
        answer = client.get(page.address)
        if answer.status_code == 200 and "text/html" in answer.headers["Content-Type"]:
            html = answer.content.decode()
            for wrong in (DRAWN, GROUPED, OTHERWISE):
                left |= {found[0]: f"{page.kind}:{page.name}" for found in wrong.finditer(html)}
            for text in texts(html):
                if ENGLISH.search(text) and not STORED.search(text):
                    left.setdefault(text, f"{page.kind}:{page.name}")
        pages.let_go(answer)

    assert not left, "\n".join(f"{page}: {text}" for text, page in left.items())


def test_the_charts_of_the_first_page_are_drawn_for_a_romanian(
    admin_client: Client, world: World
) -> None:
    world.tell(world.products[0])
    admin_client.cookies["django_language"] = "ro"

    html = admin_client.get(reverse("admin:index")).text

    assert "<rect " in html
    assert [found[0] for found in DRAWN.finditer(html)] == []
