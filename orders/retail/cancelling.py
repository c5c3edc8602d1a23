"""What a C-invoice does to the orders it means."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from orders.retail.book import Match
from orders.retail.events import Cancel, key_of
from orders.retail.reader import Row


def cancellation(rows: Sequence[Row], matched: Match) -> Cancel:
    """What taking these units from these order lines means, now that all of them are taken."""
    edited: dict[str, dict[int, int]] = defaultdict(dict)
    returned: dict[str, Counter[int]] = defaultdict(Counter)
    withdrawn: dict[str, None] = {}
    moved: Counter[str] = Counter()
    for line, units in matched:
        order = line.order
        if order.is_shipped:
            returned[order.number][line.position] += units
            moved[line.code] += units
        elif any(each.left for each in order.lines):
            edited[order.number][line.position] = line.left
        else:
            withdrawn[order.number] = None
    key = key_of(f"cancel:{rows[0].line}", rows)
    return Cancel(key, rows, edited, list(withdrawn), returned, moved)
