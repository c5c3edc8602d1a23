"""The schema and its page: made without a warning, told as it is, and nothing fetched elsewhere."""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path

import jsonschema
import pytest
import yaml
from django.core.management import call_command
from django.test import Client
from drf_spectacular.drainage import GENERATOR_STATS

from partners import scopes
from tests.partners.world import operations, schema


def test_the_schema_is_made_without_a_warning() -> None:
    GENERATOR_STATS.reset()
    text = StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=text)
    assert yaml.safe_load(text.getvalue())["openapi"].startswith("3.1")


def test_the_schema_is_json_unless_yaml_is_asked_for(client: Client) -> None:
    for accept in ("*/*", "application/json", "text/html,application/xhtml+xml,*/*;q=0.8"):
        answer = client.get("/api/schema", headers={"Accept": accept})
        assert answer.headers["Content-Type"].startswith("application/json")
    assert answer.json() == schema()
    asked = client.get("/api/schema", headers={"Accept": "application/yaml"})
    assert yaml.safe_load(asked.content)["paths"].keys() == schema()["paths"].keys()


def test_every_operation_can_be_read_by_people() -> None:
    names = [each.name for each in operations()]
    assert len(names) == len(set(names))
    assert [name for name in names if not re.fullmatch(r"[a-z]+(_[a-z]+)+", name)] == []
    told = [each.told for each in operations()]
    assert [each["operationId"] for each in told if not each.get("summary")] == []
    assert [each["operationId"] for each in told if "Scope: `" not in each["description"]] == []
    tags = {tag["name"]: tag["description"] for tag in schema()["tags"]}
    assert {each["tags"][0] for each in told} == set(tags) == set(scopes.RESOURCES)
    assert all(tags.values())


def test_every_body_comes_with_an_example_that_it_would_take() -> None:
    whole = schema()
    missing = []
    for each in operations():
        content = each.told.get("requestBody", {}).get("content", {}).get("application/json")
        if content is None:
            continue
        body = content["schema"]["$ref"].rpartition("/")[2]
        if body != "NothingRequest" and not content.keys() & {"example", "examples"}:
            missing.append(each.name)
        asked = {"$ref": f"#/components/schemas/{body}", "components": whole["components"]}
        jsonschema.Draft202012Validator(asked).validate(each.body())
    assert missing == []


def test_every_answer_has_a_description_and_each_refusal_is_a_problem() -> None:
    for each in operations():
        for status, answer in each.told["responses"].items():
            assert answer["description"], (each.name, status)
            if status >= "400":
                assert list(answer["content"]) == ["application/problem+json"]
        assert {"400", "401", "403", "429"} <= each.told["responses"].keys()
        assert ("404" in each.told["responses"]) or "{id}" not in each.path


def test_links_lead_to_what_there_is() -> None:
    names = {each.name for each in operations()}
    linked = {
        link["operationId"]
        for each in operations()
        for answer in each.told["responses"].values()
        for link in answer.get("links", {}).values()
    }
    assert linked
    assert linked <= names


@pytest.mark.django_db
def test_the_page_asks_nothing_of_anybody_else(client: Client) -> None:
    page = client.get("/api/docs")
    script = client.get("/api/docs?script=")
    text = (page.content + script.content).decode()
    assert page.status_code == script.status_code == 200
    assert re.findall(r"""(?:src|href)=["'](?!/)""", page.content.decode()) == []
    assert re.findall(r"https?://(?!www\.w3\.org)[\w.-]+", text) == []
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    for asset in re.findall(r"""(?:src|href)=["'](/static/[^"'?]+)""", page.content.decode()):
        answer = client.get(asset)
        assert answer.status_code == 200, asset
        answer.close()


def test_the_intro_wraps_no_line_that_a_reader_would_keep() -> None:
    intro = schema()["info"]["description"]
    assert "\n|---|---|\n" in intro
    assert len(intro.splitlines()) < Path("partners/rest/intro.md").read_text().count("\n")
