"""A client that a partner generates from the schema, in Python, calling a live server."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

from inventory.models import Movement, Product, Warehouse
from tests.api import make_api
from tests.partners.world import schema

NAME = "stockcast_client"


@pytest.fixture
def generated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The package that the generator writes. Nothing is formatted, so no tool is asked for."""
    described, settings = tmp_path / "schema.json", tmp_path / "settings.yml"
    described.write_text(json.dumps(schema()))
    settings.write_text(f"project_name_override: {NAME}\npost_hooks: []\n")
    program = Path(sys.executable).with_name("openapi-python-client")
    done = subprocess.run(
        [
            program,
            "generate",
            "--meta=none",
            f"--path={described}",
            f"--config={settings}",
            f"--output-path={tmp_path / NAME}",
            "--fail-on-warning",
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path / NAME
    for name in [name for name in sys.modules if name.partition(".")[0] == NAME]:
        del sys.modules[name]


def part(name: str) -> Any:
    return importlib.import_module(f"{NAME}.{name}")


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("generated")
def test_a_generated_client_reads_writes_and_understands_a_refusal(
    live_server: LiveServer, product: Product, warehouse: Warehouse
) -> None:
    with part("client").AuthenticatedClient(live_server.url, make_api().text) as client:
        page = part("api.products.products_list").sync(client=client)
        assert [(each.id, each.sku, each.name) for each in page.results] == [
            (product.pk, "MUG-1", "Blue mug")
        ]

        posting = part("models.posting_body_request").PostingBodyRequest
        create = part("api.movements.movements_create")
        body = {"reason": "receive", "lines": [{"sku": "MUG-1", "warehouse": "main", "delta": 5}]}
        told = create.sync(
            client=client, body=posting.from_dict(body), idempotency_key="posted-once"
        )
        assert [(level.sku, level.on_hand) for level in told.levels] == [("MUG-1", 5)]
        again = create.sync(
            client=client, body=posting.from_dict(body), idempotency_key="posted-once"
        )
        assert again == told
        assert Movement.objects.count() == 1

        body["lines"][0]["warehouse"] = "nowhere"  # type: ignore[index]
        problem = create.sync(
            client=client, body=posting.from_dict(body), idempotency_key="posted-bad"
        )
        assert isinstance(problem, part("models.problem").Problem)
        assert (problem.status, problem.code) == (422, "unknown_reference")
        assert [(each.pointer, each.detail) for each in problem.errors] == [
            ("/lines/0/warehouse", "There is no warehouse nowhere.")
        ]
