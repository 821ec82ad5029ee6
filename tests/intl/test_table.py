"""What programs with Intl give: as in Node.js 20, or as differences.json says.

Every engine runs the whole table. A narrow no-break space, which either of the two
writes before AM and PM and the other not everywhere, counts as a space.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from engo.worker.blocking import Worker
from engo.worker.launch import Launcher

if TYPE_CHECKING:
    from collections.abc import Iterator

VECTORS = Path(__file__).parents[1] / "vectors" / "intl"
TABLE: dict[str, Any] = json.loads((VECTORS / "table.json").read_text())
DIFFERENCES: list[dict[str, Any]] = json.loads(
    (VECTORS / "differences.json").read_text()
)
AT_ONCE = 60  # programs of one crank
RUN = """
programs => programs.map(program => {
  try { return String((0, eval)(program)); } catch (e) { return `${e.name}!`; }
})
""".strip()


def plain(text: str) -> str:
    return text.replace("\u202f", " ")


@pytest.fixture(scope="module", params=["native", "wasm", "wasm_child"])
def guest(request: pytest.FixtureRequest) -> Iterator[Worker]:
    if request.param == "native":
        with Launcher() as native, Worker(image="endo-intl", launcher=native) as worker:
            yield worker
        return
    launcher = request.getfixturevalue(f"{request.param}_launcher")
    with Worker(image="endo-intl", launcher=launcher) as worker:
        yield worker


def given(worker: Worker, programs: list[str]) -> list[str]:
    found: list[str] = []
    for at in range(0, len(programs), AT_ONCE):
        some = json.dumps(programs[at : at + AT_ONCE])
        found += worker.evaluate(f"({RUN})({some})")
    return found


def test_the_table(guest: Worker) -> None:
    others: dict[str, str] = {}
    for group in DIFFERENCES:
        others |= group["rows"]
    programs = [program for program, _ in TABLE["rows"]]
    assert set(others) <= set(programs)
    wrong = {}
    for (program, node), came in zip(
        TABLE["rows"], given(guest, programs), strict=True
    ):
        expected = plain(others.get(program, node))
        assert program not in others or expected != plain(node), program
        if plain(came) != expected:
            wrong[program] = (came, expected)
    assert wrong == {}


def test_every_difference_has_a_reason() -> None:
    assert len(TABLE["rows"]) > 500
    assert sum(len(group["rows"]) for group in DIFFERENCES) < 40
    assert all(group["why"].endswith(".") for group in DIFFERENCES)
