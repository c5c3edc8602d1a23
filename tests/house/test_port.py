"""Which port the house serves on: PORT, if it is one."""

from __future__ import annotations

import pytest

from config.house.__main__ import wanted_port
from config.house.keeper import StepError


@pytest.mark.parametrize("text", ["abc", "-1", "80.5", "99999", "8000 "])
def test_a_port_that_is_none_is_refused_with_its_remedy(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("PORT", text)

    with pytest.raises(StepError, match="give a number from 0 to 65535"):
        wanted_port()


@pytest.mark.parametrize(("text", "port"), [("", 8000), ("8123", 8123), ("0", 0)])
def test_a_port_is_taken_as_given(monkeypatch: pytest.MonkeyPatch, text: str, port: int) -> None:
    monkeypatch.setenv("PORT", text)

    assert wanted_port() == port
