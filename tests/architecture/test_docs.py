"""Documentation that machines read: it can not rot unseen."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from channels import registry
from channels.contract import Code
from channels.reasons import REASONS

ROOT = Path(__file__).resolve().parents[2]


def read(name: str) -> str:
    return (ROOT / name).read_text()


def test_every_reason_code_has_a_label_and_advice() -> None:
    assert set(REASONS) == set(Code)
    assert [code for code, reason in REASONS.items() if not (reason.label and reason.advice)] == []


def test_every_setting_read_from_the_environment_is_documented() -> None:
    settings = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', read("config/settings.py")))
    missing = [name for name in sorted(settings) if f"`{name}`" not in read("docs/operating.md")]
    assert missing == []


def test_every_dependency_is_justified_in_the_readme() -> None:
    project = tomllib.loads(read("pyproject.toml"))["project"]
    names = [
        re.split(r"[\[<>=]", line)[0]
        for line in project["dependencies"] + project["optional-dependencies"]["dev"]
    ]
    assert [name for name in names if f"`{name}`" not in read("README.md")] == []


@pytest.mark.parametrize("kind", [kind for kind, _ in registry.choices()])
def test_every_adapter_has_a_readme_and_tests(kind: str) -> None:
    assert (ROOT / "channels" / "adapters" / kind / "README.md").exists()
    assert list((ROOT / "tests" / "channels" / kind).glob("test_*.py"))


def test_the_lock_files_are_hashed_and_name_no_index() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        lines = read(name)
        assert "://" not in lines
        pins = re.findall(r"^[\w.-]+==\S+", lines, re.MULTILINE)
        assert len(pins) == len(
            re.findall(r"^[\w.-]+==[^\n]+(?:\\\n\s+--hash)", lines, re.MULTILINE)
        )


def test_the_version_is_the_changelogs() -> None:
    version = tomllib.loads(read("pyproject.toml"))["project"]["version"]
    assert f"## {version}" in read("CHANGELOG.md")


@pytest.mark.parametrize(
    "word",
    [
        "on_hand",
        "committed",
        "available",
        "backordered",
        "incoming",
        "staged",
        "movement",
        "channel",
        "location",
        "listing",
        "listing_level",
        "publication",
        "run",
        "ASN",
        "due",
    ],
)
def test_the_glossary_knows_the_word(word: str) -> None:
    assert re.search(
        rf"\*\*{re.escape(word.replace('_', ' ') if word == 'listing_level' else word)}\*\*",
        read("docs/glossary.md"),
    )


def test_links_in_the_documentation_lead_somewhere() -> None:
    broken = []
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        targets = re.findall(r"\]\(([^)#:]+)\)", page.read_text())
        broken += [f"{page.name} → {each}" for each in targets if not (page.parent / each).exists()]
    assert broken == []
