"""The bootstrap makes .venv once, whoever comes at the same time, and is silent afterwards."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.house.watching import ROOT


def bootstrap(checkout: Path, *arguments: str) -> subprocess.Popen[str]:
    """A run from another directory and without a home."""
    return subprocess.Popen(
        (sys.executable, str(checkout / "config" / "house" / "bootstrap.py"), *arguments),
        cwd="/",
        env={**os.environ, "HOME": ""},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_two_runs_at_once_make_one_environment_and_the_third_is_silent(tmp_path: Path) -> None:
    (tmp_path / "config" / "house").mkdir(parents=True)
    shutil.copy(ROOT / "config" / "house" / "bootstrap.py", tmp_path / "config" / "house")
    for lock in ("requirements.txt", "requirements-dev.txt"):
        (tmp_path / lock).write_text("# nothing\n")

    both = [bootstrap(tmp_path), bootstrap(tmp_path)]
    said = [process.communicate()[0] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert sum("making a virtual environment" in text for text in said) == 1
    assert (tmp_path / ".venv" / "bin" / "python").exists()

    third = bootstrap(tmp_path)
    assert third.communicate()[0] == ""
    assert third.returncode == 0

    (tmp_path / "requirements.txt").write_text("# changed\n")
    fourth = bootstrap(tmp_path)
    assert "installing requirements.txt" in fourth.communicate()[0]
    assert fourth.returncode == 0
