"""The shell: what is asked first is done first, failures stay where they are."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import anyio
import pytest

from engo.captp import JSError
from engo.daemon.engines import Engines
from engo.daemon.server import settled
from engo.daemon.shell import MAX_GROUP, Shell
from engo.daemon.suspendedfiles import SuspendedFiles
from engo.daemon.workerlog import WorkerLogs
from engo.formula.ids import FormulaNumber, NodeNumber, make_id
from engo.powers.disk import SystemDisk
from engo.store.database import Database
from engo.testing.clock import FixedRandom

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from engo.store.database import Operation
    from engo.store.transaction import Transaction

pytestmark = pytest.mark.anyio
NODE = NodeNumber("ee" * 64)
NAMES = FormulaNumber("01" * 64)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Lines:
    """A log in memory."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def write(self, text: str) -> None:
        self.lines.append(text)


class Counting(Database):
    """Counts the groups."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.groups: list[int] = []

    def apply(self, operations: Any) -> Any:
        self.groups.append(len(operations))
        return super().apply(operations)


class NoStarter:
    """No worker is started here."""

    def start(self, origin: object, limits: object) -> Any:
        raise NotImplementedError

    def image(self, name: str) -> Any:
        raise NotImplementedError

    def close(self) -> None: ...


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[tuple[Shell, Counting, Lines]]:
    database = Counting(str(folder / "engo.sqlite"))
    database.attach(NODE)
    database.apply_one(lambda state: state.add_formulas({NAMES: {"type": "pet-store"}}))
    database.groups.clear()
    log = Lines()
    rest = str(folder / "suspended")
    suspended = SuspendedFiles(SystemDisk(), rest, log.write, "token")
    logs = WorkerLogs(SystemDisk(), str, str, log.write)
    async with anyio.create_task_group() as tasks:
        shell = Shell(
            *(tasks, database, Engines({"native": NoStarter}, "endo"), FixedRandom()),
            *(log, logs, suspended, b"k" * 32),
        )
        yield shell, database, log
        tasks.cancel_scope.cancel()
    database.close()


def bind(name: str) -> Operation:
    def operation(state: Transaction) -> str:
        state.bind(NAMES, name, make_id(NAMES, NODE))
        return name

    return operation


async def test_changes_are_committed_in_groups_and_answered_in_order(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as (shell, database, _):
        order: list[object] = []
        count = MAX_GROUP + 10
        for index in range(count):
            shell.commit(bind(f"n{index}")).when(order.append, order.append)
        assert shell.writes_pending
        await settled(shell, shell.writes_settled())
        assert order == [f"n{index}" for index in range(count)]
        assert len(database.groups) <= 3
        assert max(database.groups) <= MAX_GROUP
        assert len(database.entries(NAMES)) == count
        assert not shell.writes_pending


async def test_a_reader_sees_what_was_before_it_and_not_what_is_after(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as (shell, database, _):
        seen: list[list[str]] = []

        def look(_: object) -> None:
            seen.append([name for name, _ in database.entries(NAMES)])

        shell.commit(bind("a"))
        shell.writes_settled().when(look, look)
        shell.commit(lambda state: state.unbind(NAMES, "a"))
        shell.commit(bind("b"))
        await settled(shell, shell.writes_settled())
        assert seen == [["a"]]
        assert [name for name, _ in database.entries(NAMES)] == ["b"]


async def test_one_that_fails_rejects_its_own_promise(tmp_path: Path) -> None:
    def wrong(state: Transaction) -> None:
        raise JSError("no")

    async with opened(tmp_path) as (shell, _, _):
        good, bad = shell.commit(bind("a")), shell.commit(wrong)
        await settled(shell, good)
        with pytest.raises(JSError, match="no"):
            await settled(shell, bad)


async def test_a_defect_in_a_turn_is_logged_and_the_others_run(tmp_path: Path) -> None:
    async with opened(tmp_path) as (shell, _, log):
        ran: list[int] = []

        def wrong() -> None:
            raise ZeroDivisionError("oops")

        class Flushable:
            def flush(self) -> None:
                ran.append(3)

        shell.turns.push(wrong)
        shell.turns.push(ran.append, 1)
        shell.flush_later(Flushable())
        shell.enter(ran.append, 2)
        assert ran == [2, 1, 3]
        assert len(log.lines) == 1
        assert "ZeroDivisionError: oops" in log.lines[0]


async def test_turns_run_by_themselves_when_nobody_else_does(tmp_path: Path) -> None:
    async with opened(tmp_path) as (shell, _, _):
        ran = anyio.Event()
        shell.turns.push(ran.set)
        with anyio.fail_after(10):
            await ran.wait()


async def test_functions_that_block_run_elsewhere(tmp_path: Path) -> None:
    import threading

    async with opened(tmp_path) as (shell, _, _):
        other = await settled(shell, shell.run(threading.get_ident))
        assert other != threading.get_ident()
        with pytest.raises(ValueError, match="invalid literal"):
            await settled(shell, shell.run(int, "x"))


async def test_later_can_be_called_off(tmp_path: Path) -> None:
    async with opened(tmp_path) as (shell, _, _):
        called: list[int] = []
        done = anyio.Event()
        off = shell.later(0, lambda: called.append(1))
        off()
        shell.later(0, done.set)
        with anyio.fail_after(10):
            await done.wait()
        assert called == []


async def test_a_worker_that_cannot_be_started_is_a_rejection(tmp_path: Path) -> None:
    class Hooks:
        def captp(self, message: bytes) -> None: ...
        def console(self, level: str, tag: str, text: str) -> None: ...
        def trace(self, error_id: str, error: object) -> None: ...
        def rejection(self, error: object) -> None: ...
        def death(self, reason: str) -> None: ...

    async with opened(tmp_path) as (shell, _, log):
        with pytest.raises(JSError, match="by a defect"):
            await settled(shell, shell.start_worker(Hooks(), "native", "endo", None))
        assert "NotImplementedError" in log.lines[0]
