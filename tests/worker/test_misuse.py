"""What a stranger may do wrong with a worker, and the error that says so."""

from __future__ import annotations

import copy
import io
import os
import pickle
import threading
from typing import TYPE_CHECKING, Any

import anyio
import pytest

import engo

if TYPE_CHECKING:
    from pathlib import Path

WRONG_OPENINGS: list[tuple[dict[str, Any], str]] = [
    ({"limits": {}}, "limits to be engo.Limits, got dict"),
    ({"key": b""}, "32 bytes, got 0"),
    ({"key": bytes(31)}, "32 bytes, got 31"),
    ({"key": bytes(33)}, "32 bytes, got 33"),
    ({"key": "a" * 32}, "32 bytes, got str"),
    ({"on_call": 5}, "on_call to be callable, got int"),
    ({"on_console": []}, "on_console to be callable, got list"),
    ({"on_rejection": 5}, "on_rejection to be callable, got int"),
    ({"launcher": 5}, "or an engo.Launcher; got 5"),
    ({"launcher": "nope"}, "auto, executable, reexec; got 'nope'"),
    ({"image": "nope"}, "bare, endo, endo-intl; got 'nope'"),
    ({"snapshot": 5, "key": bytes(32)}, "a binary stream, got int"),
]


@pytest.mark.parametrize(("options", "text"), WRONG_OPENINGS)
def test_openings(options: dict[str, Any], text: str) -> None:
    with pytest.raises(engo.UsageError, match=text):
        engo.Worker(**options)

    async def open_one() -> None:
        async with engo.open_worker(**options):
            raise AssertionError("it was opened")

    with pytest.raises(engo.UsageError, match=text):
        anyio.run(open_one)


def test_a_text_stream_is_no_snapshot() -> None:
    with pytest.raises(engo.UsageError, match="bytes, got str; open the file"):
        engo.Worker(snapshot=io.StringIO("text"), key=bytes(32))  # type: ignore[arg-type]


def test_options_are_named() -> None:
    with pytest.raises(TypeError, match="positional"):
        engo.Worker("bare")  # type: ignore[call-arg]


@pytest.mark.parametrize("sink", [None, 5, io.StringIO()])
def test_snapshots_go_to_paths_and_binary_streams(sink: Any) -> None:
    with engo.Worker() as worker:
        with pytest.raises(engo.UsageError, match="a path or a binary stream"):
            worker.snapshot(sink)
        assert worker.evaluate("1") == 1


def test_snapshots_open_from_what_is_bytes(tmp_path: Path) -> None:
    key = bytes(32)
    stream = io.BytesIO()
    with engo.Worker(key=key) as worker:
        worker.evaluate("let kept = 7")
        worker.snapshot(stream)
        worker.snapshot(tmp_path / "kept")
    data = stream.getvalue()
    for source in (data, bytearray(data), memoryview(data), tmp_path / "kept"):
        with engo.Worker(snapshot=source, key=key) as worker:
            assert worker.evaluate("kept") == 7


def test_a_worker_is_not_copied() -> None:
    with engo.Worker() as worker:
        for attempt in (copy.copy, copy.deepcopy, pickle.dumps):
            with pytest.raises(TypeError, match="it is one process"):
                attempt(worker)


def test_two_threads_at_once() -> None:
    ends: list[BaseException] = []

    def loop(worker: engo.Worker, name: str) -> None:
        try:
            worker.evaluate("for (;;);", name)
        except engo.WorkerDied as error:
            ends.append(error)

    for name in ("eval", "slow.js"):  # the lane's request, and the pump's
        with engo.Worker() as worker:
            thread = threading.Thread(target=loop, args=(worker, name))
            thread.start()
            while not worker._core.cranks[0]:
                pass
            for request in (
                lambda: worker.evaluate("1"),
                lambda: worker.evaluate("1", "other.js"),
                lambda: worker.deliver(b""),
                lambda: worker.deliver_many([b""]),
                lambda: worker.status(),
            ):
                with pytest.raises(engo.UsageError, match="one thread at a time"):
                    request()
            worker.kill()
            thread.join()
    assert len(ends) == 2


def test_threads_one_after_the_other() -> None:
    with engo.Worker() as worker:
        found: list[object] = []
        for name in ("eval", "named.js"):
            thread = threading.Thread(
                target=lambda name=name: found.append(worker.evaluate("1", name))
            )
            thread.start()
            thread.join()
            found.append(worker.evaluate("2", name))
    assert found == [1, 2, 1, 2]


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_forked_process_does_not_end_the_worker() -> None:
    with engo.Worker() as worker:
        worker.evaluate("let n = 1")
        pid = os.fork()
        if not pid:
            try:
                worker.close()
            finally:
                os._exit(0 if worker._closed else 1)
        assert os.waitpid(pid, 0)[1] == 0
        assert worker.evaluate("n") == 1


def test_ctrl_c_in_an_answer_is_forgotten_afterwards() -> None:
    def answer(command: bytes) -> bytes:
        if command == b"\0":
            raise KeyboardInterrupt
        return command

    with engo.Worker(on_call=answer) as worker:
        with pytest.raises(KeyboardInterrupt):
            worker.evaluate("issueCommand(new Uint8Array(1))")
        assert worker.evaluate("issueCommand(new Uint8Array([7]))") == b"\7"
        assert not worker._lane._calling
