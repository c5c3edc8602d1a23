"""Schemathesis over the whole schema, in this process: what the engine finds, told so that a person
can repeat it."""

from __future__ import annotations

import re
import tomllib
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, events, from_schema

from partners.rest import words

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Outcome:
    """requests: how many went out, by status. found: what is wrong, each once. tested: labels."""

    found: dict[str, str] = field(default_factory=dict)
    statuses: dict[int, int] = field(default_factory=dict)
    tested: set[str] = field(default_factory=set)
    checks: dict[str, int] = field(default_factory=dict)
    phases: dict[str, int] = field(default_factory=dict)

    def note(self, event: Any) -> None:
        match event:
            case events.NonFatalError():
                self.found[f"{event.label}: {event.info.title}"] = event.info.format()
            case events.FatalError():
                raise event.exception
            case events.ScenarioFinished():
                self._scenario(event)

    def _scenario(self, event: Any) -> None:
        name = str(event.phase.value)
        for interaction in event.recorder.interactions.values():
            self.phases[name] = self.phases.get(name, 0) + 1
            if interaction.response is not None:
                status = interaction.response.status_code
                self.statuses[status] = self.statuses.get(status, 0) + 1
        for case in event.recorder.cases.values():
            self.tested.add(case.value.operation.label)
        for case, nodes in event.recorder.checks.items():
            for node in nodes:
                self.checks[node.name] = self.checks.get(node.name, 0) + 1
                if node.status is Status.FAILURE and node.failure_info is not None:
                    self._failure(node.failure_info, event.recorder.interactions.get(case))

    def _failure(self, info: Any, interaction: Any) -> None:
        title = f"{info.failure.operation}: {info.failure.title}"
        answer = getattr(interaction, "response", None)
        said = f"{answer.status_code} {answer.content[:1500].decode()}" if answer else ""
        self.found.setdefault(title, f"{info.failure.message}\n{info.code_sample}\n{said}")


@schemathesis.hook
def before_call(_context: Any, case: Any, _kwargs: Any) -> None:
    """A program makes a new key for each request and sends the ETag that it has. Chance would send
    the same key for all and no tag that fits, and so never come to what lies behind; a header that
    breaks the schema, or is left out, stays so."""
    headers = case.headers or {}
    key, tag = headers.get("Idempotency-Key"), headers.get("If-Match")
    if isinstance(key, str) and len(key) <= 255 and re.fullmatch(words.KEY, key):
        headers["Idempotency-Key"] = str(uuid.uuid4())
    if isinstance(tag, str) and len(tag) % 4 and re.fullmatch(words.KEY, tag):
        headers["If-Match"] = "*"


def fuzz(url: str, text: str, *, examples: int, seconds: int) -> Outcome:
    """Walk the schema of the server at `url` with this key: everything it says by rule, then what
    chance brings, until the time is up. examples: of chance, for each operation in a round."""
    told = tomllib.loads((ROOT / "schemathesis.toml").read_text())
    told["auth"] = {"openapi": {"key": {"bearer": text}}}
    told["generation"] = {"max-examples": examples}
    told["max-time"] = seconds
    config = SchemathesisConfig.from_dict(told)
    schema = schemathesis.openapi.from_url(f"{url}/api/schema", config=config)
    outcome = Outcome()
    for event in from_schema(schema).execute():
        outcome.note(event)
    return outcome
