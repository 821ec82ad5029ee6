"""Parts of the daemon without a socket or a process: coroutines, live values, logs."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from engo.captp import Far, JSError, Promise, Turns, Undefined, make_promise
from engo.daemon.callers import (
    MAX_TAGS,
    MAX_UNREAD_BYTES,
    MAX_UNREAD_LINES,
    Caller,
    Tags,
)
from engo.daemon.coroutines import start, until, until_all
from engo.daemon.live import Context, LiveValues
from engo.daemon.names import MAX_EVENTS, follower
from engo.daemon.settings import Settings, read_settings
from engo.daemon.suspendedfiles import SOME, SuspendedFiles
from engo.daemon.traces import MAX_TEXT, MAX_TRACES, Traces
from engo.daemon.workerlog import LOG_BYTES, WorkerLogs
from engo.formula.ids import FormulaId
from engo.powers.disk import SystemDisk
from engo.powers.lock import FileLock, Locked
from engo.powers.logfile import LogFile
from engo.testing.clock import VirtualClock
from engo.testing.disk import FaultyDisk
from engo.worker.errors import GuestError

if TYPE_CHECKING:
    from pathlib import Path

A, B, C = FormulaId("a" * 257), FormulaId("b" * 257), FormulaId("c" * 257)


@pytest.fixture
def turns() -> Turns:
    return Turns()


# ---- coroutines


def test_a_coroutine_waits_for_promises_in_turns(turns: Turns) -> None:
    promise, resolver = make_promise(turns)
    steps: list[object] = []

    async def work() -> str:
        steps.append("began")
        steps.append(await until(promise))
        steps.extend(await until_all([turns.resolved(1), turns.resolved(2)]))
        return "done"

    done = start(turns, work())
    assert steps == ["began"]
    turns.run()
    assert done.state == "pending"
    resolver.resolve("value")
    turns.run()
    assert steps == ["began", "value", 1, 2]
    assert done.value == "done"


def test_a_rejection_is_raised_and_can_be_caught(turns: Turns) -> None:
    async def work() -> object:
        with pytest.raises(JSError, match="one"):
            await until(turns.rejected(JSError("one")))
        return await until(turns.rejected(JSError("two")))

    done = start(turns, work())
    turns.run()
    assert str(done.reason) == "two"


def test_what_a_coroutine_raises_at_once_rejects(turns: Turns) -> None:
    async def work() -> None:
        raise JSError("at once")

    assert str(start(turns, work()).reason) == "at once"


# ---- live values


def test_a_value_is_made_once_and_ends_with_what_it_came_from(turns: Turns) -> None:
    live = LiveValues(turns, lambda text: None)
    ended: list[str] = []

    def maker(name: str) -> Any:
        def make(context: Context) -> object:
            context.on_cancel(lambda reason: ended.append(f"{name} {reason}"))
            return Far(name)

        return make

    live.make(A, [], maker("a"))
    live.make(B, [A], maker("b"))
    turns.run()
    value = live.value(B)
    assert value is not None
    assert live.id_of(value.value) == B
    assert live.cancel(A, JSError("over")) == [A, B]
    assert ended == ["a over", "b over"]
    assert live.value(B) is None
    assert len(live) == 0


def test_a_value_that_cannot_be_made_is_tried_again(turns: Turns) -> None:
    live = LiveValues(turns, lambda text: None)

    def fail(context: Context) -> object:
        raise JSError("not now")

    live.make(A, [], fail)
    made = live.value(A)
    turns.run()
    assert made is not None
    assert str(made.reason) == "not now"
    assert live.value(A) is None
    live.make(A, [], lambda context: 5)
    turns.run()
    again = live.value(A)
    assert again is not None
    assert again.value == 5


def test_cancelling_while_it_is_made(turns: Turns) -> None:
    live = LiveValues(turns, lambda text: None)
    never, resolver = make_promise(turns)
    context = live.make(A, [], lambda context: never)
    made = live.value(A)
    turns.run()
    live.cancel(A, JSError("stop"))
    resolver.resolve("late")
    turns.run()
    assert made is not None
    assert str(made.reason) == "stop"
    assert str(context.cancelled.reason) == "stop"
    hooks: list[BaseException] = []
    context.on_cancel(hooks.append)
    assert [str(reason) for reason in hooks] == ["stop"]


def test_a_value_that_is_let_go_has_not_ended(turns: Turns) -> None:
    live = LiveValues(turns, lambda text: None)
    hooks: list[BaseException] = []
    live.make(A, [], lambda context: 1).on_cancel(hooks.append)
    turns.run()
    context = live.detach(A)
    assert context is not None
    live.adopt(context, [], 1)
    live.let_go(A)
    assert live.value(A) is None
    assert live.detach(A) is None
    turns.run()
    assert hooks == []
    assert context.cancelled.value is Undefined


def test_values_forget_their_formulas_when_they_go(turns: Turns) -> None:
    live = LiveValues(turns, lambda text: None)
    value = Far("It")
    live.remember(value, A)
    live.remember(value, B)
    assert live.ids_of(value) == [B, A]
    live.remember(7, C)
    assert live.ids_of(7) == []
    del value
    assert live._ids == {}
    with pytest.raises(JSError, match=r"^No corresponding formula for \(an object\)$"):
        live.id_of(Far("Other"))


# ---- followers, tags, traces


def test_a_follower_that_falls_behind_is_cut_off(turns: Turns) -> None:
    _, feed = follower(turns, [], lambda *change: [])
    for index in range(MAX_EVENTS):
        feed.push({"add": str(index)})
    assert feed.next().value == {"done": False, "value": {"add": "0"}}
    feed.push({"add": "fits"})
    feed.push({"add": "one too many"})
    assert "were not fetched" in str(feed.next().reason)


def test_only_so_many_calls_of_next_wait(turns: Turns) -> None:
    _, feed = follower(turns, [], lambda *change: [])
    waiting = [feed.next() for _ in range(MAX_EVENTS)]
    assert "wait" in str(feed.next().reason)
    feed.end()
    assert all(
        promise.value == {"done": True, "value": Undefined} for promise in waiting
    )


def test_tags_are_bounded_and_forget_who_has_gone(turns: Turns) -> None:
    tags = Tags()
    caller, other = Caller(1, turns), Caller(2, turns)
    tags.add("worker", "first", caller)
    for index in range(MAX_TAGS):
        tags.add("worker", str(index), other)
    assert tags.find("worker", "first") is None
    assert tags.find("worker", "5") is other
    other.left()
    assert tags.find("worker", "5") is None


def test_a_worker_prints_for_its_own_evaluations_only(turns: Turns) -> None:
    """A worker that knows the id of a program elsewhere cannot speak for it."""
    tags = Tags()
    caller = Caller(1, turns)
    tags.add("worker", "tag", caller)
    assert tags.find("worker", "tag") is caller
    assert tags.find("another", "tag") is None


def test_the_last_thousand_traces_are_kept_and_cut() -> None:
    traces = Traces()
    for index in range(MAX_TRACES + 1):
        traces.reported(f"id{index}", GuestError("Error", "x" * 10_000))
    from engo.captp import RemoteError

    assert traces.of_error(RemoteError("Error", "m", "id0")) is None
    found = traces.of_error(RemoteError("Error", "m", "id1"))
    assert found is not None
    assert len(found.message) == MAX_TEXT


# ---- logs and the lock


def logs(folder: Path, disk: SystemDisk, said: list[str]) -> WorkerLogs:
    return WorkerLogs(
        disk,
        lambda number: str(folder / number),
        lambda number: str(folder / number / "worker.log"),
        said.append,
    )


def test_worker_logs_are_bounded(tmp_path: Path) -> None:
    said: list[str] = []
    found = logs(tmp_path, SystemDisk(), said)
    line = b"x" * 9_999 + b"\n"
    for _ in range(LOG_BYTES // len(line) * 3):
        found.append("w", line)
        found.flush()
    files = sorted((tmp_path / "w").iterdir())
    assert [file.name for file in files] == ["worker.log", "worker.log.1"]
    assert all(file.stat().st_size <= LOG_BYTES + len(line) for file in files)
    found.forget("w")
    found.forget("w")
    assert list(tmp_path.iterdir()) == []
    assert said == []


def test_a_flood_between_two_flushes_keeps_its_end(tmp_path: Path) -> None:
    found = logs(tmp_path, SystemDisk(), [])
    for index in range(1_000):
        found.append("w", b"%06d" % index + b"x" * 993 + b"\n")
    found.flush()
    written = (tmp_path / "w" / "worker.log").read_bytes()
    assert written.endswith(b"x\n")
    assert written.splitlines()[-1].startswith(b"000999")
    assert len(written) <= 256 << 10


def test_a_disk_that_takes_no_log_is_complained_of_once(tmp_path: Path) -> None:
    said: list[str] = []
    found = logs(tmp_path, FaultyDisk(1), said)
    for _ in range(3):
        found.append("w", b"x\n")
        found.flush()
    assert said == ["console lines are lost: made to fail"]


def test_the_daemons_log_has_times_and_is_bounded(tmp_path: Path) -> None:
    path = tmp_path / "engo.log"
    log = LogFile(str(path), VirtualClock(), limit=500)
    log.write("one\ntwo \ud800")
    assert path.read_text() == "1970-01-01T00:16:40.000Z one\\ntwo \\ud800\n"
    for _ in range(30):
        log.write("x" * 100)
    log.close()
    assert path.stat().st_size <= 630
    assert (tmp_path / "engo.log.1").stat().st_size <= 630
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "engo.log",
        "engo.log.1",
    ]


def test_one_holder_of_a_lock_at_a_time(tmp_path: Path) -> None:
    path = str(tmp_path / "lock")
    lock = FileLock(path, 4711)
    with pytest.raises(Locked) as caught:
        FileLock(path, 1)
    assert caught.value.pid == 4711
    lock.close()
    FileLock(path, os.getpid()).close()


def test_no_coroutine_is_left_unstarted(turns: Turns) -> None:
    """`Far` methods may be coroutine functions once `start_coroutine` is set."""
    turns.start_coroutine = lambda coroutine: start(turns, coroutine)

    async def answer() -> int:
        return 42

    promise: Promise = turns.send(Far("It", answer=answer), "answer")
    turns.run()
    assert promise.value == 42


def test_lines_that_come_too_fast_are_left_out_and_counted() -> None:
    turns = Turns()
    caller = Caller(1, turns)
    lines: list[object] = []
    answers: list[Any] = []

    def write(level: object, text: object) -> Promise:
        lines.append(text)
        promise, resolver = make_promise(turns)
        answers.append(resolver)
        return promise

    caller.sink = Far("ConsoleSink", write=write)
    for number in range(MAX_UNREAD_LINES + 3):
        caller.print("log", str(number))
    turns.run()
    assert len(lines) == MAX_UNREAD_LINES
    caller.tell_left_out()
    turns.run()
    assert lines[-1] == "… 3 lines are left out, they came too fast"
    caller.print("log", "still too many")
    for resolver in answers:
        resolver.resolve(Undefined)
    turns.run()
    caller.print("log", "read again")
    turns.run()
    assert lines[-2:] == ["… 1 lines are left out, they came too fast", "read again"]
    for _ in range(3):
        caller.print("log", "x" * (MAX_UNREAD_BYTES // 2))
    turns.run()
    assert len(lines) == MAX_UNREAD_LINES + 4


# ---- suspended machines as files


def test_suspended_machines_are_kept_and_taken_once(tmp_path: Path) -> None:
    lines: list[str] = []
    files = SuspendedFiles(SystemDisk(), str(tmp_path / "s"), lines.append, "now")
    files.open()
    files.keep("a.1", b"state", b"{}")
    assert os.listdir(tmp_path / "s") == ["a.1.now"]
    with pytest.raises(FileExistsError):
        files.keep("a.1", b"other", b"{}")
    assert files.take("a.1") == b"state"
    with pytest.raises(FileNotFoundError):
        files.take("a.1")
    files.forget("a.1", "a.2")
    assert lines == []


def test_what_an_earlier_daemon_left_goes_by_and_by(tmp_path: Path) -> None:
    lines: list[str] = []
    folder = tmp_path / "s"
    first = SuspendedFiles(SystemDisk(), str(folder), lines.append, "first")
    first.open()
    for index in range(SOME + 3):
        first.keep(f"w.{index}", b"state", b"{}")
    second = SuspendedFiles(SystemDisk(), str(folder), lines.append, "second")
    second.open()
    second.keep("w.1", b"mine", b"{}")
    assert second.sweep()
    assert len(os.listdir(folder)) == 4
    assert not second.sweep()
    assert second.take("w.1") == b"mine"
    (folder / "folder").mkdir()
    second.keep("w.2", b"mine", b"{}")
    second.close(lambda: True)
    assert len(os.listdir(folder)) == 2
    second.close(lambda: False)
    assert os.listdir(folder) == ["folder"]
    assert len(lines) == 1
    assert lines[0].startswith("a suspended worker stays on disk: ")


@pytest.mark.parametrize("failing", [1, 2])
def test_a_disk_that_takes_no_more_keeps_nothing(tmp_path: Path, failing: int) -> None:
    disk = FaultyDisk(failing)
    files = SuspendedFiles(disk, str(tmp_path / "s"), print, "now")
    files.open()
    with pytest.raises(OSError, match="made to fail"):
        files.keep("a.1", b"state", b"{}")
    assert os.listdir(tmp_path / "s") == []


def test_a_file_that_was_cut_is_no_state(tmp_path: Path) -> None:
    files = SuspendedFiles(SystemDisk(), str(tmp_path), print, "now")
    (tmp_path / "a.1.now").write_bytes(b"\1\0")
    with pytest.raises(OSError, match="expected a suspended worker, got 2 bytes"):
        files.take("a.1")
    assert os.listdir(tmp_path) == []


# ---- settings


def test_settings_have_defaults_and_are_read() -> None:
    assert read_settings({}) == Settings("native", 60.0)
    assert read_settings({"ENGO_ENGINE": "", "ENGO_SUSPEND_AFTER": ""}) == Settings()
    given = {"ENGO_ENGINE": "wasm-child", "ENGO_SUSPEND_AFTER": "0.5"}
    assert read_settings(given) == Settings("wasm-child", 0.5)
    assert read_settings({"ENGO_SUSPEND_AFTER": "never"}).suspend_after is None
