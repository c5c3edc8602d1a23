"""Refusals of the orders floor."""

from desk.errors import Refused


class OrderConflict(Refused):
    """An order with this number exists, with other lines."""

    code = "order_conflict"


class InvalidOrder(Refused):
    """An order without number or lines, or a line without a positive quantity."""

    code = "invalid_order"


class OverShipped(Refused):
    """More would be shipped than was ordered, or than is the order's turn."""

    code = "over_shipped"


class OverNotified(Refused):
    """More would stand on ASNs than was ordered."""

    code = "over_notified"


class OverReturned(Refused):
    """More would come back than was shipped."""

    code = "over_returned"


class UnknownLine(Refused):
    """A line that is not this order's."""

    code = "unknown_line"
