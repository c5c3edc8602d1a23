"""What import-linter can not see: foreign keys by string, names in the wrong place, sizes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps

from channels import registry

ROOT = Path(__file__).resolve().parents[2]
FLOORS = ["desk", "partners", "inventory", "orders", "channels", "syncjobs"]
CODE = [ROOT / floor for floor in [*FLOORS, "config"]]


def python_files(*folders: Path) -> Iterator[Path]:
    for folder in folders:
        for path in sorted(folder.rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def test_every_foreign_key_points_down_or_sideways() -> None:
    upward = []
    for model in apps.get_models():
        floor = model._meta.app_label
        for field in model._meta.get_fields():
            target = getattr(field, "remote_field", None)
            is_own_key = getattr(field, "concrete", False) and target is not None
            if target is None or not is_own_key or floor not in FLOORS:
                continue
            other = target.model._meta.app_label
            if other in FLOORS and FLOORS.index(other) > FLOORS.index(floor):
                upward.append(f"{model.__name__}.{field.name} → {other}")
    assert upward == []


A_STOCK_CODE = "AMAZONFEE"
"""A line of the retailer's orders, as the retailer calls it."""


def test_a_kind_of_channel_is_named_only_in_its_own_folder() -> None:
    offenders = []
    for kind, _ in registry.choices():
        own = ROOT / "channels" / "adapters" / kind
        offenders += [
            f"{path.relative_to(ROOT)} names {kind}"
            for path in python_files(*CODE)
            if own not in path.parents
            and re.search(kind, path.read_text().replace(A_STOCK_CODE, ""), re.IGNORECASE)
        ]
    assert offenders == []


def test_there_are_three_signals_in_all() -> None:
    declared = [
        path.relative_to(ROOT).as_posix()
        for path in python_files(*CODE)
        for _ in re.findall(r"^\w+ = Signal\(\)", path.read_text(), re.MULTILINE)
    ]
    assert declared == ["inventory/signals.py", "orders/signals.py", "channels/signals.py"]


def test_only_the_ledger_writes_movements_and_stock_levels() -> None:
    writes = re.compile(
        r"(INSERT INTO|UPDATE|DELETE FROM) inventory_(movement|stocklevel)"
        r"|\b(Movement|StockLevel)\.objects\.(create|bulk_create|update_or_create|get_or_create)"
        r"|\b(Movement|StockLevel)\.objects\.[\w.()=\s,]*\.(update|delete)\("
        r"|\b(Movement|StockLevel)\([^)]*\)\.save\("
    )
    offenders = [
        path.relative_to(ROOT).as_posix()
        for path in python_files(*CODE)
        if writes.search(path.read_text())
    ]
    # warehousing copies the warehouse's below-zero switch to its levels; it touches no quantity.
    # generating/history writes a year that has passed, with its times, for products that it made a
    # moment before: the ledger can only write what happens now.
    excepted = {"inventory/warehousing.py", "syncjobs/management/generating/history.py"}
    assert [name for name in offenders if name not in excepted] == ["inventory/posting.py"]


def test_no_file_is_longer_than_400_lines() -> None:
    long = {
        path.relative_to(ROOT).as_posix(): lines
        for path in python_files(*CODE, ROOT / "tests")
        if (lines := len(path.read_text().splitlines())) > 400
    }
    assert long == {}


def test_no_function_is_longer_than_40_lines() -> None:
    long = []
    for path in python_files(*CODE):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                first = node.body[0]
                is_docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
                start = (first.end_lineno or node.lineno) if is_docstring else node.lineno
                if (node.end_lineno or start) - start > 40:
                    long.append(f"{path.relative_to(ROOT)}:{node.name}")
    assert long == []


def test_there_is_no_junk_drawer() -> None:
    drawers = {"services.py", "utils.py", "helpers.py", "common.py", "misc.py"}
    found = [path for path in python_files(*CODE) if path.name in drawers]
    found += [folder / "common" for folder in CODE if (folder / "common").exists()]
    assert found == []


def test_migrations_bear_names() -> None:
    anonymous = [
        path.name
        for floor in FLOORS
        for path in (ROOT / floor / "migrations").glob("0*.py")
        if re.search(r"_auto_|_initial", path.name)
    ]
    assert anonymous == []
