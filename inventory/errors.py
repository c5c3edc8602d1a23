"""Named refusals. Whatever is refused is refused whole, and the message names field and remedy."""

from __future__ import annotations

from django.utils.translation import gettext

from desk.errors import Refused


class InsufficientStock(Refused):
    """A warehouse that forbids negative stock would go below zero."""

    code = "insufficient_stock"


class OverReleased(Refused):
    """More committed, incoming or staged units would be taken away than there are."""

    code = "over_released"


class KeyReused(Refused):
    """The same key arrived again with different lines."""

    code = "key_reused"


class InvalidLines(Refused):
    """A posting without lines, with a zero delta, or with an unknown product or warehouse."""

    code = "invalid_lines"


class WrongState(Refused):
    """The document is not in a state that allows this step."""

    code = "wrong_state"


class RecountRequired(Refused):
    """Counted stock moved after its expectation was frozen; count these lines again."""

    code = "recount_required"


class OverReceived(Refused):
    """More was received than the purchase order line still expects."""

    code = "over_received"


class NotCounted(Refused):
    """A stocktake line has no count yet."""

    code = "not_counted"


class UnknownCode(Refused):
    """What was scanned or typed is no product's barcode or SKU."""

    code = "unknown_code"


class AmbiguousCode(Refused):
    """What was scanned is the barcode of several products."""

    code = "ambiguous_code"


class InactiveProduct(Refused):
    """What was scanned is a product that is not used any more."""

    code = "inactive_product"


class BelowZero(Refused):
    """Negative stock can not be forbidden while some levels are below zero."""

    code = "below_zero"


class Mirrored(Refused):
    """A mirror's stock would be changed by somebody else than its source; or a warehouse can not
    become, or is not, a mirror."""

    code = "mirrored"

    @classmethod
    def at(cls, place: str, *, is_mirror: bool, is_leaving: bool) -> Mirrored:
        """A posting to this warehouse by somebody else than its source, or by a source that is not
        its own. is_leaving: units would leave."""
        if not is_mirror:
            return cls(
                gettext(
                    "%(place)s is no mirror: what a channel shows is not written to it. Make it"
                    " the mirror of one of the channel's locations first."
                )
                % {"place": place},
                field="warehouse",
            )
        if is_leaving:
            text = gettext(
                "%(place)s is a mirror of a channel's own stock: change it there. An order that"
                " leaves from there is marked as dispatched, not shipped."
            )
        else:
            text = gettext("%(place)s is a mirror of a channel's own stock: change it there.")
        return cls(text % {"place": place}, field="warehouse")
