"""The words of the search box: which of them name a run, a reason, a channel or a product."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext

from channels import reasons
from channels.models import Channel
from inventory import scanning
from inventory.models import Product

MOST_WORDS = 12
MOST_NAMED = 50
"""Products whose name has a word: of one that is in more of them only SKUs are looked for."""
LEAST_PART = 3
"""Letters of a word that names are looked through for: the index knows no shorter ones."""
LONGEST_NUMBER = 18
"""Digits that surely fit a primary key."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Neighbouring words that were understood together. kind: run, reason, channel, product or part
    (the word itself, then products with it in their name); `values`: numbers or codes of it;
    `text`: how it was understood."""

    kind: str
    words: tuple[str, ...]
    values: tuple[int | str, ...]
    text: str


def split(search: str) -> list[str]:
    """The words, as many as are looked at."""
    return search.replace("\x00", " ").split()[:MOST_WORDS]


def understand(search: str) -> list[Phrase]:
    """What each of the words means, in their order: the longest phrase counts, and of equally long
    ones a run, a product, a channel, a reason, in this turn. What names nothing is a part of a
    product's SKU or name. A handful of queries, none of them over a table of logs."""
    words = split(search)
    channels = list(Channel.objects.values_list("pk", "name")) if words else []
    found: list[Phrase] = []
    at = 0
    while at < len(words):
        phrase = next(_phrases(words[at:], channels), None) or _part(words[at])
        found.append(phrase)
        at += len(phrase.words)
    return found


def _phrases(words: Sequence[str], channels: Sequence[tuple[int, str]]) -> Iterator[Phrase]:
    """What the first of these words may mean, with as many of those after it as belong to it."""
    for length in range(len(words), 0, -1):
        part = tuple(words[:length])
        for found in (
            _run(part),
            _product(part),
            _channel(part, channels),
            _reason(part),
        ):
            if found:
                yield found


def _run(words: tuple[str, ...]) -> Phrase | None:
    said = " ".join(words).casefold()
    name = re.escape(gettext("Run").casefold())
    match = re.fullmatch(rf"(?:(?:run|{name}) ?)?#?(\d+)", said, re.ASCII)
    is_named = not said.isdigit()
    if match is None or not is_named or len(match[1]) > LONGEST_NUMBER:
        return None
    text = gettext("Run %(number)s") % {"number": match[1]}
    return Phrase("run", words, (int(match[1]),), text)


def _product(words: tuple[str, ...]) -> Phrase | None:
    """A whole SKU or barcode. Most have no space in them: two words are tried, not twelve."""
    if len(words) > 2:
        return None
    wanted = scanning.candidates(" ".join(words))
    if not wanted:
        return None
    by_barcode = Product.objects.filter(barcode__in=wanted)
    by_sku = Product.objects.filter(sku__iexact=wanted[0])
    found = list(by_sku.union(by_barcode).values_list("pk", "sku")[:MOST_WORDS])
    if not found:
        return None
    text = gettext("Product %(sku)s") % {"sku": ", ".join(sorted(sku for _, sku in found))}
    return Phrase("product", words, tuple(sorted(pk for pk, _ in found)), text)


def _channel(words: tuple[str, ...], channels: Sequence[tuple[int, str]]) -> Phrase | None:
    """Those with these words, one after the other, in their name; the one whose whole name it is
    goes before others."""
    said = " ".join(words).casefold()
    among = [(pk, name) for pk, name in channels if _is_within(said, name)]
    whole = [(pk, name) for pk, name in among if name.casefold() == said]
    named = whole or among
    if not named:
        return None
    text = gettext("Channel %(name)s") % {"name": ", ".join(name for _, name in named)}
    return Phrase("channel", words, tuple(pk for pk, _ in named), text)


def _reason(words: tuple[str, ...]) -> Phrase | None:
    """Those whose code it is, or with these words in what they are called, in the language of who
    asks."""
    said = " ".join(words).casefold()
    codes = {code.value: reasons.label(code) for code in reasons.REASONS}
    exact = [code for code, label in codes.items() if said in {code, label.casefold()}]
    among = exact or [code for code, label in codes.items() if _is_within(said, label)]
    if not among:
        return None
    labels = ", ".join(dict.fromkeys(codes[code] for code in among))
    return Phrase("reason", words, tuple(among), gettext("Reason %(label)s") % {"label": labels})


def _part(word: str) -> Phrase:
    """How a SKU begins; and products with the word in their name, unless it is in very many."""
    named: list[int] = []
    if len(word) >= LEAST_PART:
        rows = Product.objects.filter(name__icontains=word).order_by()
        named = list(rows.values_list("pk", flat=True)[: MOST_NAMED + 1])
    if not named or len(named) > MOST_NAMED:
        text = gettext("SKU that begins with %(word)s") % {"word": word}
        return Phrase("part", (word,), (word,), text)
    text = gettext("Product with %(word)s in its SKU or name") % {"word": word}
    return Phrase("part", (word,), (word, *sorted(named)), text)


def _is_within(said: str, name: str) -> bool:
    """Whether it stands in the name as whole words, the last of which may be unfinished."""
    if len(said) < LEAST_PART:
        return False
    return re.search(rf"(?<!\w){re.escape(said)}", name.casefold()) is not None
