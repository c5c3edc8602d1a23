"""The embedded servers: nothing outlives its supervisor, nothing acknowledged is lost."""

import os
import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
import redis

from config.house import postgres, servers
from config.house.servers import HeldError, Servers
from tests.house.watching import alive, until

SUPERVISOR = """
import sys, time
from pathlib import Path
from config.house import servers
running = servers.start(Path(sys.argv[1]))
print(running.database_url, running.redis_url, flush=True)
while True:
    time.sleep(60)
"""

Python = Callable[..., subprocess.Popen[str]]


def supervisor(python: Python, state: Path) -> tuple[subprocess.Popen[str], str, str]:
    """Another process that runs the servers of `state`; with it their URLs."""
    process = python("-c", SUPERVISOR, str(state))
    assert process.stdout is not None
    database_url, redis_url = process.stdout.readline().split()
    return process, database_url, redis_url


def write(database_url: str, redis_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("CREATE TABLE kept (word text)")
        connection.execute("INSERT INTO kept VALUES ('here')")
    client = redis.from_url(redis_url)
    client.set("kept", "here")
    client.close()


def read(running: Servers) -> tuple[object, object]:
    with psycopg.connect(running.database_url) as connection:
        row = connection.execute("SELECT word FROM kept").fetchone()
    client = redis.from_url(running.redis_url)
    word = client.get("kept")
    client.close()
    return row, word


def test_a_killed_supervisor_leaves_no_process_and_loses_nothing(
    python: Python, state: Path
) -> None:
    process, database_url, redis_url = supervisor(python, state)
    write(database_url, redis_url)
    assert len(alive(state)) >= 2

    process.kill()
    until(lambda: not alive(state))

    running = servers.start(state)
    try:
        assert read(running) == (("here",), b"here")
    finally:
        running.stop()
    assert alive(state) == []


def test_a_start_right_after_a_kill_and_a_server_killed_alone_lose_nothing(
    python: Python, state: Path
) -> None:
    process, database_url, redis_url = supervisor(python, state)
    write(database_url, redis_url)

    process.kill()
    process.wait()
    running = servers.start(state)
    try:
        assert read(running) == (("here",), b"here")
        for child in running.children:
            child.process.kill()
            child.process.wait()
            child.process = child.launch()
        assert read(running) == (("here",), b"here")
    finally:
        running.stop()
    assert alive(state) == []


def test_a_second_supervisor_is_told_who_holds_the_directory(state: Path) -> None:
    running = servers.start(state, is_durable=False)
    try:
        with pytest.raises(HeldError, match=f"in use by process {os.getpid()}"):
            servers.start(state)
    finally:
        running.stop()


def test_servers_named_in_the_environment_are_used_and_none_is_started(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://operator@db.example/stock")
    monkeypatch.setenv("REDIS_URL", "redis://queue.example/1")
    running = servers.start(state)
    try:
        assert running.database_url == "postgres://operator@db.example/stock"
        assert running.redis_url == "redis://queue.example/1"
        assert running.children == []
        assert alive(state) == []
    finally:
        running.stop()


def test_a_long_path_with_spaces_still_gets_sockets(state: Path) -> None:
    deep = state / "a shop, with a name" / ("x" * 100)
    running = servers.start(deep, is_durable=False)
    try:
        write(running.database_url, running.redis_url)
        assert read(running) == (("here",), b"here")
    finally:
        running.stop()
        for url in (running.database_url, running.redis_url):
            shutil.rmtree(Path(url[url.index("/tmp/") :].removesuffix("/valkey.sock")))  # noqa: S108


def test_the_directory_above_ours_is_not_opened_to_anybody(state: Path) -> None:
    state.chmod(0o700)
    running = servers.start(state / "inner", is_durable=False)
    try:
        write(running.database_url, running.redis_url)
    finally:
        running.stop()
        shutil.rmtree(postgres.private_home(state / "inner").parent, ignore_errors=True)
    assert state.stat().st_mode & 0o777 == 0o700


def test_the_secret_key_is_made_once_and_is_ours_alone(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SECRET_KEY", raising=False)
    first = servers.secret_key(state)
    assert servers.secret_key(state) == first
    assert len(first) >= 50
    assert (state / "secret_key").stat().st_mode & 0o777 == 0o600


def test_a_commands_exit_code_and_its_death_are_passed_on(python: Python) -> None:
    run = "import sys; from config.house import servers; sys.exit(servers.run(sys.argv[1:], {}))"
    assert python("-c", run, "sh", "-c", "exit 7").wait() == 7
    assert python("-c", run, "sh", "-c", "kill -9 $$").wait() == 128 + signal.SIGKILL
