"""``make run`` without the demo: serves, moves from a taken port, says who runs, leaves nothing."""

import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import requests

from tests.house.watching import alive, until


def lines_until_ready(process: subprocess.Popen[str]) -> list[str]:
    """What a starting house prints, up to its last line READY."""
    assert process.stdout is not None
    said: list[str] = []
    for line in process.stdout:
        said.append(line.strip())
        if line.startswith("READY "):
            return said
    pytest.fail("the house did not start:\n" + "\n".join(said))


def test_the_house_serves_on_another_port_and_a_kill_leaves_nothing(
    state: Path,
    python: Callable[..., subprocess.Popen[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("STOCKCAST_DATA", str(state))
    monkeypatch.setenv("STOCKCAST_DEMO", "0")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setenv("PORT", str(port))
        house = python("-m", "config.house")
        said = lines_until_ready(house)
    url = said[-1].removeprefix("READY ")

    assert any(line.startswith(f"port {port} cannot be had") for line in said)
    assert not url.endswith(f":{port}/")
    assert requests.get(url + "admin/login/", timeout=10).status_code == 200

    second = python("-m", "config.house")
    output, _ = second.communicate()
    assert second.returncode == 1
    assert f"in use by process {house.pid}" in output
    assert url in output

    house.kill()
    until(lambda: not alive(state))

    again = python("-m", "config.house")
    assert again.stdout is not None
    assert next(again.stdout).startswith(("servers:", "port "))
    again.terminate()
    assert again.wait() == 0
    assert alive(state) == []
