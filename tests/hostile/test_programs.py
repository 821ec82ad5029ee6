"""Every hostile program of the vectors on every engine, four at a time.

Which end each may come to is in ends.py: stopped by the interrupt, by a kill, by a
limit, or ended by itself.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio
import pytest

from engo import open_worker
from engo.testing.attack_kit import SOON
from engo.testing.attack_run import Outcome, run_attacks
from engo.testing.attacks import Attack

from .ends import NAMES, ends_of

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from engo import AsyncWorker

FOLDER = Path(__file__).parents[1] / "vectors" / "xs-repairs" / "hostile"
AT_ONCE = 4
BATCHES = [NAMES[at : at + AT_ONCE] for at in range(0, len(NAMES), AT_ONCE)]
PRINT = "const print = () => {};\n"
KILLED = -9


def test_every_program_is_on_the_list() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.js")) == NAMES


def end_seen(found: Outcome) -> str:
    if found.end != "time":
        return found.end
    return "kill" if getattr(found.error, "status", None) == KILLED else "interrupt"


class Programs:
    engine = "native"

    def open(self, **options: Any) -> AbstractAsyncContextManager[AsyncWorker]:
        if self.engine != "native":
            options.setdefault("engine", self.engine)
        return open_worker(**options)

    @pytest.mark.parametrize("names", BATCHES, ids="..".join)
    def test_they_end_as_listed(self, names: list[str]) -> None:
        chosen = {
            name: Attack(
                source=PRINT + (FOLDER / name).with_suffix(".js").read_text("utf-8"),
                ends=frozenset(),
            )
            for name in names
        }
        found = anyio.run(run_attacks, self.open, chosen)
        seen = {name: end_seen(found[name]) for name in names}
        wrong = {name: end for name, end in seen.items() if end not in ends_of(name)}
        assert not wrong, {name: str(found[name].error) for name in wrong}
        for one in found.values():
            assert one.rounds * SOON >= one.seconds - SOON


class TestNative(Programs):
    engine = "native"
