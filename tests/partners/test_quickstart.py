"""The quickstart's own lines, run in their order by a shell with curl."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

from tests.api import make_api
from tests.factories import make_warehouse

PAGE = Path(__file__).resolve().parents[2] / "docs" / "api-quickstart.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SCOPES = re.compile(r"`([a-z-]+:(?:read|write))`")
CUT = "== next =="


def test_the_pages_code_comes_in_pairs() -> None:
    """Each command is followed by what comes out of it; the first block sets the shell up."""
    kinds = [kind for kind, _ in BLOCK.findall(PAGE.read_text())]
    assert kinds[0] == "sh"
    assert set(kinds[1::2]) == {"sh"}
    assert set(kinds[2::2]) == {"json", "text"}
    assert len(kinds) >= 15


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl here")
@pytest.mark.django_db(transaction=True)
def test_each_line_of_the_quickstart_does_what_it_says(live_server: LiveServer) -> None:
    page = PAGE.read_text()
    make_warehouse(code="main", name="Main")
    api = make_api(allowed=SCOPES.findall(page))
    blocks = BLOCK.findall(page)
    commands = [text for _, text in blocks[1::2]]
    script = f"\necho; echo '{CUT}'\n".join(commands)
    done = subprocess.run(
        ["sh", "-eu", "-c", script],  # noqa: S607 - every system's shell
        env={"STOCKCAST": live_server.url, "KEY": api.text, "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = done.stdout.split(CUT)
    assert len(told) == len(commands)
    for command, (kind, expected), answer in zip(commands, blocks[2::2], told, strict=True):
        assert _holds(kind, expected, answer), f"{command}\nsays\n{answer}\nnot\n{expected}"


def _holds(kind: str, expected: str, answer: str) -> bool:
    if kind == "text":
        lines = [line.strip() for line in answer.splitlines()]
        return all(line in lines for line in expected.splitlines())
    return _within(json.loads(expected), json.loads(answer))


def _within(expected: Any, told: Any) -> bool:
    """Whether all that is expected is told; more may be."""
    if isinstance(expected, dict):
        return isinstance(told, dict) and all(
            name in told and _within(value, told[name]) for name, value in expected.items()
        )
    if isinstance(expected, list):
        return len(expected) == len(told) and all(map(_within, expected, told))
    return bool(expected == told)
