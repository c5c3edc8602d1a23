"""The lines of docs/api.md that check a webhook's signature, run as a receiver would."""

from __future__ import annotations

import datetime
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from django.utils import timezone

from partners.telling import signing

PAGE = Path(__file__).resolve().parents[2] / "docs" / "api.md"
BODY = '{"type": "sales-order.placed", "name": "Tasse 🍵"}'.encode()


def block(kind: str) -> str:
    """The page's one block of this kind."""
    [found] = re.findall(rf"^```{kind}\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    return str(found)


def attempts() -> list[tuple[str, dict[str, str], bytes, bool]]:
    """Secret, headers, body, and whether it is ours: true, signed by the secret before as well,
    changed, of another, and old."""
    now = timezone.now()
    first = signing.new()
    both = signing.rotated(first, now)
    told = signing.headers(both, "evt_1", now, BODY)
    old = signing.headers(both, "evt_1", now - datetime.timedelta(hours=1), BODY)
    return [
        (both["current"], told, BODY, True),
        (first["current"], told, BODY, True),
        (both["current"], told, BODY + b" ", False),
        (both["current"], {**told, "webhook-id": "evt_2"}, BODY, False),
        (signing.new()["current"], told, BODY, False),
        (both["current"], old, BODY, False),
    ]


def test_the_python_lines_tell_ours_from_others() -> None:
    names: dict[str, object] = {}
    exec(block("python"), names)  # noqa: S102 - the page's own lines
    is_ours = names["is_ours"]
    assert callable(is_ours)
    assert [is_ours(*given) for *given, _ in attempts()] == [right for *_, right in attempts()]


@pytest.mark.skipif(shutil.which("node") is None, reason="there is no node here")
def test_the_node_lines_tell_ours_from_others() -> None:
    given = [[secret, headers, body.decode()] for secret, headers, body, _ in attempts()]
    asked = (
        f"for (const [s, h, b] of {json.dumps(given)}) console.log(isOurs(s, h, Buffer.from(b)));"
    )
    done = subprocess.run(
        ["node", "-e", f"{block('js')}\n{asked}"],  # noqa: S607 - wherever it is
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.split() == [str(right).lower() for *_, right in attempts()]
