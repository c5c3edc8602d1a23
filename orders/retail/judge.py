"""What a line is, judged by itself: goods or not, an order's, a cancellation, a correction."""

from __future__ import annotations

from orders.retail.events import Decline, Outcome
from orders.retail.goods import UNKNOWN, why_no_goods
from orders.retail.reader import Row
from orders.retail.survey import Survey


def judge(row: Row, survey: Survey) -> Decline | None:
    """Why this line is not taken, whatever the other lines say; None when nothing speaks
    against it."""
    reason = why_no_goods(row.code)
    if reason and reason != UNKNOWN:
        return Decline(row, Outcome.LEFT_OUT, reason)
    reason = reason or _why_refused(row, survey)
    return Decline(row, Outcome.REFUSED, reason) if reason else None


def _why_refused(row: Row, survey: Survey) -> str:
    if row.code in survey.clashes:
        return "codes that differ by case only name different goods"
    if row.quantity == 0:
        return "quantity 0"
    if row.is_cancellation:
        return "a cancellation with a positive quantity" if row.quantity > 0 else ""
    if not row.invoice.isdigit():
        return "neither an invoice nor a cancellation"
    if row.quantity < 0 and (row.customer or not row.is_free):
        return "a negative quantity that was charged, or that names a customer"
    return ""


def is_adjustment(row: Row, survey: Survey) -> bool:
    """Whether a line that is no cancellation is a person's correction of the stock, not a sale."""
    if not row.is_free or row.customer:
        return False
    return row.quantity < 0 or row.text not in survey.texts[row.code].names
