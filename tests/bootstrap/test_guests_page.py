"""docs/guests.md says what is true: its tables are read and tried."""

from collections.abc import Callable
from pathlib import Path

import pytest

from engo.worker.blocking import Worker
from tests.bootstrap.host import Host

PAGE = Path(__file__).parents[2] / "docs" / "guests.md"


def rows(first: str) -> list[list[str]]:
    """The rows of the table whose heading begins so, without the heading."""
    lines = iter(PAGE.read_text().splitlines())
    for line in lines:
        if line.startswith(f"| {first}"):
            break
    next(lines)
    table: list[list[str]] = []
    for line in lines:
        if not line.startswith("|"):
            return table
        table.append([cell.strip().strip("`") for cell in line.strip("|").split("|")])
    return table


def check(kind: Callable[[str], object], column: int) -> None:
    for name, *cells in rows("name | `Worker"):
        present = kind(f"'{name}' in globalThis")
        assert present == (cells[column] == "yes"), name


@pytest.mark.parametrize(("column", "image"), [(0, "bare"), (1, "endo")])
def test_globals_of_the_library(column: int, image: str) -> None:
    with Worker(image=image) as worker:
        check(worker.evaluate, column)


def test_globals_of_the_daemon() -> None:
    with Host() as host:
        check(host.evaluate, 2)


@pytest.mark.parametrize("image", ["bare", "endo"])
def test_what_is_not_there(image: str) -> None:
    names = [row[0] for row in rows("name | why")]
    assert len(names) > 5
    with Worker(image=image) as worker:
        for name in names:
            assert worker.evaluate(f"typeof {name}") == "undefined", name


def test_every_console_method_is_named() -> None:
    text = PAGE.read_text()
    with Worker(image="bare") as worker:
        for name in worker.evaluate("Object.keys(console)"):
            assert f"`{name}`" in text, name
