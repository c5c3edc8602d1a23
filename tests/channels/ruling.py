"""Any rule that can be saved, and any stock: what the properties of rules are tried with."""

from __future__ import annotations

from hypothesis import strategies as st

from channels.rules import Input, Mode, Rule, Unknown

NAMES = ["Main", "Depot", "Shop", "Outlet"]
AFTER_STOCK = (Mode.PRODUCT_VALUE, Mode.NOT_MORE_THAN)


def rules(*modes: Mode) -> st.SearchStrategy[Rule]:
    """Rules of these modes (of all when none is named), over all warehouses."""
    return st.builds(
        _rule,
        mode=st.sampled_from(modes or tuple(Mode)),
        quantity=st.integers(0, 60),
        buffer=st.integers(0, 30),
        percentage=st.integers(1, 100),
        minimum=st.integers(0, 30),
        unknown=st.sampled_from(Unknown),
    )


def _rule(mode: Mode, quantity: int, minimum: int, **fields: object) -> Rule:
    if mode is Mode.NOT_MORE_THAN:
        minimum = min(minimum, quantity)
    elif mode is not Mode.CUSTOM:
        return Rule("Any", mode, 3, None, minimum=minimum, **fields)  # type: ignore[arg-type]
    return Rule("Any", mode, 3, quantity, minimum=minimum, **fields)  # type: ignore[arg-type]


def stocks(*, is_known: bool | None = None, least: int = 0) -> st.SearchStrategy[list[Input]]:
    """What feeds a location. Where nothing was ever counted, nothing is there."""
    known = st.booleans() if is_known is None else st.just(is_known)
    one = st.builds(
        lambda is_known, on_hand, **fields: Input(
            on_hand=on_hand if is_known else 0, is_known=is_known, **fields
        ),
        warehouse=st.sampled_from(NAMES),
        on_hand=st.integers(-50, 300),
        committed=st.integers(0, 300),
        is_known=known,
        is_counted=st.booleans(),
        detail=st.sampled_from(["", "CUP 7 for 2 each"]),
    )
    return st.lists(one, min_size=least, max_size=4)


def at_hand(stock: list[Input]) -> int:
    """Units at hand where the rule counts them."""
    return sum(each.available for each in stock if each.is_counted)


def is_known(stock: list[Input]) -> bool:
    return any(each.is_known and each.is_counted for each in stock)
