"""The conformance kit of workers: what each way of starting one must do.

Subclass WorkerKit in a test file, say how workers are opened, and pytest runs it:

    class TestExecutable(WorkerKit):
        launcher = "executable"

Needs pytest. Guests here use the bare image's globals only.
"""

import io
import os
import threading
from pathlib import Path
from typing import Any

import pytest

from engo.worker.blocking import Worker
from engo.worker.core import Starter
from engo.worker.errors import (
    CrankTimeout,
    GuestError,
    LimitExceeded,
    SnapshotAltered,
    SnapshotError,
    SnapshotTruncated,
    SnapshotWrongKey,
    StuckPromise,
    WorkerDied,
    WorkerInterrupted,
)
from engo.worker.launch import Kind
from engo.worker.limits import MIB, Limits

KEY = bytes(range(32))

VALUES: list[tuple[str, Any]] = [
    ("undefined", None),
    ("null", None),
    ("true", True),
    ("40 + 2", 42),
    ("-7", -7),
    ("0.5", 0.5),
    ("1e300", 1e300),
    ("2**53", 2**53),
    ("Infinity", float("inf")),
    ("'text'", "text"),
    ("'nul\\0 é \\u{1F600}'", "nul\0 é \U0001f600"),
    ("''", ""),
    ("12345678901234567890n", 12345678901234567890),
    ("-(2n**70n)", -(2**70)),
    ("[1, 'a', null, [true]]", [1, "a", None, [True]]),
    ("({ a: 1, b: { c: [] } })", {"a": 1, "b": {"c": []}}),
    ("new Uint8Array([1, 2, 255]).buffer", b"\x01\x02\xff"),
    ("new Uint8Array([1, 2, 255]).subarray(1)", b"\x02\xff"),
    ("'a'.repeat(70000)", "a" * 70_000),
    ("new ArrayBuffer(200000)", bytes(200_000)),
]
BYTES = "globalThis.bytes = s => new TextEncoder().encode(s).buffer;"
TEXT = "globalThis.text = b => new TextDecoder().decode(b);"
ECHO = "globalThis.handleCommand = data => data;"


class WorkerKit:
    """Tests over `open`; the two attributes say how."""

    launcher: Kind | Starter = "auto"
    image: str | None = "bare"

    def open(self, **options: Any) -> Worker:
        """A new worker; the options are Worker's."""
        options.setdefault("launcher", self.launcher)
        if "snapshot" not in options:
            options.setdefault("image", self.image)
        return Worker(**options)

    # Values and errors

    def test_values(self) -> None:
        with self.open() as worker:
            for source, value in VALUES:
                result = worker.evaluate(source)
                assert result == value, source
                assert type(result) is type(value), source
            assert str(worker.evaluate("-0.5 * 0")) == "-0.0"
            nan = worker.evaluate("NaN")
            assert nan != nan

    def test_globals_last_from_one_evaluation_to_the_next(self) -> None:
        with self.open() as worker:
            worker.evaluate("globalThis.count = 1;")
            worker.evaluate("count += 41")
            assert worker.evaluate("count") == 42

    def test_thrown_errors_have_name_message_file_and_line(self) -> None:
        with self.open() as worker:
            with pytest.raises(GuestError) as caught:
                worker.evaluate("\n\nthrow new TypeError('no good')", "guest.js")
            error = caught.value
            assert (error.name, error.message) == ("TypeError", "no good")
            assert (error.file, error.line) == ("guest.js", 3)
            assert str(error) == "TypeError: no good (guest.js:3)"
            assert worker.evaluate("1") == 1

    def test_syntax_errors_have_file_and_line(self) -> None:
        with self.open() as worker:
            with pytest.raises(GuestError) as caught:
                worker.evaluate("let a = 1;\nlet b = ;\n", "guest.js")
            error = caught.value
            assert error.name == "SyntaxError"
            assert (error.file, error.line) == ("guest.js", 2)

    def test_unnamed_source_is_eval(self) -> None:
        with self.open() as worker, pytest.raises(GuestError) as caught:
            worker.evaluate("nowhere")
        assert caught.value.name == "ReferenceError"
        assert (caught.value.file, caught.value.line) == ("eval", 1)

    def test_thrown_values_that_are_no_errors(self) -> None:
        with self.open() as worker:
            with pytest.raises(GuestError) as caught:
                worker.evaluate("throw { code: 7 }")
            assert caught.value.thrown == {"code": 7}
            with pytest.raises(GuestError) as caught:
                worker.evaluate("throw 'a text'")
            assert caught.value.thrown == "a text"

    def test_results_that_lie_or_throw(self) -> None:
        with self.open() as worker:
            with pytest.raises(GuestError):
                worker.evaluate("({ toJSON() { throw new Error('mine') } })")
            with pytest.raises(GuestError):
                worker.evaluate("const o = {}; o.o = o; o")
            assert worker.evaluate("(() => 1)") is None
            with pytest.raises(GuestError):
                worker.evaluate("({ get then() { throw new Error('then') } })")
            assert worker.evaluate("({ toString() { throw 1 } })") == {}
            with pytest.raises(GuestError):
                worker.evaluate("throw { get message() { throw 1 } }")
            assert worker.evaluate("1") == 1

    # Promises, messages, commands

    def test_promises_are_awaited(self) -> None:
        with self.open() as worker:
            assert worker.evaluate("Promise.resolve(7)") == 7
            assert worker.evaluate("(async () => [await 1, await 2])()") == [1, 2]
            with pytest.raises(GuestError, match="RangeError: late"):
                worker.evaluate("(async () => { throw new RangeError('late') })()")
            with pytest.raises(StuckPromise):
                worker.evaluate("new Promise(() => {})")
            handle = worker.submit_evaluate("new Promise(f => { globalThis.f = f })")
            worker.submit_evaluate("f('settled')")
            assert handle.result() == "settled"

    def test_deliveries(self) -> None:
        with self.open() as worker:
            worker.evaluate(ECHO)
            for size in (0, 1, 32, 65_400, 65_536, 200_000):
                data = os.urandom(size)
                assert worker.deliver(data) == data
            assert worker.deliver_many([b"%d" % n for n in range(100)]) == [
                b"%d" % n for n in range(100)
            ]
            value = {"a": ["é", None, 1.5]}
            assert worker.deliver_json(value) == value
            worker.evaluate("handleCommand = async () => ({ json: true })")
            assert worker.deliver(b"") == {"json": True}
            worker.evaluate("handleCommand = () => { throw new Error('refused') }")
            with pytest.raises(GuestError, match="Error: refused"):
                worker.deliver(b"")

    def test_no_handler(self) -> None:
        with self.open() as worker, pytest.raises(GuestError, match="handleCommand"):
            worker.deliver(b"x")

    def test_synchronous_commands(self) -> None:
        with self.open(on_call=lambda data: b"<" + data + b">") as worker:
            source = BYTES + TEXT + "text(issueCommand(bytes('hello')))"
            assert worker.evaluate(source) == "<hello>"
            source = (
                BYTES + "let n = 0; for (; n < 500; n++) issueCommand(bytes('x')); n"
            )
            assert worker.evaluate(source) == 500
            large = "issueCommand(new ArrayBuffer(100000)).byteLength"
            assert worker.evaluate(large) == 100_002

    def test_a_long_reply_inside_a_long_message(self) -> None:
        with self.open(on_call=bytes) as worker:
            worker.evaluate("globalThis.handleCommand = data => issueCommand(data)")
            for size in (1, 65_000, 100_000, 300_000):
                data = os.urandom(size)
                assert worker.deliver(data) == data

    def test_synchronous_commands_that_fail(self) -> None:
        def on_call(data: bytes) -> bytes:
            raise ValueError("no such thing")

        with self.open(on_call=on_call) as worker:
            source = "try { issueCommand(new ArrayBuffer(1)) } catch (e) { e.message }"
            assert "no such thing" in worker.evaluate(source)
        with self.open() as worker, pytest.raises(GuestError, match="no commands"):
            worker.evaluate("issueCommand(new ArrayBuffer(1))")

    def test_asynchronous_commands(self) -> None:
        seen: list[bytes] = []

        def on_call(data: bytes) -> bytes:
            seen.append(data)
            if data == b"bad":
                raise ValueError("not that")
            return data.upper()

        with self.open(on_call=on_call) as worker:
            source = (
                BYTES + TEXT + "Promise.all(['a', 'b'].map(async s =>"
                " text(await postCommand(bytes(s)))))"
            )
            assert worker.evaluate(source) == ["A", "B"]
            assert seen == [b"a", b"b"]
            with pytest.raises(GuestError, match="not that"):
                worker.evaluate(BYTES + "postCommand(bytes('bad'))")

    def test_console(self) -> None:
        told: list[tuple[str, str]] = []
        with self.open(on_console=lambda x: told.append((x.level, x.text))) as worker:
            worker.evaluate(
                "console.debug('d'); console.log('l', 1); console.info('i');"
                "console.warn('w'); console.error('e')"
            )
            assert told == [
                ("debug", "d"),
                ("log", "l 1"),
                ("info", "i"),
                ("warn", "w"),
                ("error", "e"),
            ]
            assert [line.text for line in worker.console] == ["d", "l 1", "i", "w", "e"]

    def test_unhandled_rejections_are_reported(self) -> None:
        told: list[Exception] = []
        with self.open(on_rejection=told.append) as worker:
            worker.evaluate("Promise.reject(new Error('nobody cares')); 1")
            worker.evaluate("Promise.reject(new Error('caught')).catch(() => {}); 1")
            assert [getattr(error, "message", "") for error in told] == ["nobody cares"]

    # Limits

    def dies(self, source: str, kind: type[WorkerDied], **limits: Any) -> WorkerDied:
        """The death of a worker that evaluates the source, which is of this kind."""
        with self.open(limits=Limits(**limits)) as worker:
            with pytest.raises(WorkerDied) as caught:
                worker.evaluate(source)
            assert type(caught.value) is kind, caught.value
            with pytest.raises(kind):
                worker.evaluate("1")
        return caught.value

    def test_meter_ends_a_loop(self) -> None:
        death = self.dies("for (;;);", LimitExceeded, meter=1_000_000)
        assert death.reason == "too much computation"
        source = "for (;;) { try { for (;;); } catch {} finally { continue } }"
        self.dies(source, LimitExceeded, meter=1_000_000)

    def test_watchdog_interrupts_a_loop(self) -> None:
        source = "function busy() { for (;;); }\n\nbusy();"
        death = self.dies(source, CrankTimeout, cpu=0.2)
        assert "0.2 seconds of CPU" in death.reason
        assert death.stack.split("\n")[:2] == [" at busy (eval:1)", " at (eval:3)"]

    def test_watchdog_kills_inside_a_builtin(self) -> None:
        source = "Array.prototype.indexOf.call({ length: 2**40 }, 1)"
        self.dies(source, CrankTimeout, cpu=0.2)

    def test_watchdog_ends_a_promise_flood(self) -> None:
        source = "const f = () => Promise.resolve().then(f); f()"
        self.dies(source, CrankTimeout, cpu=0.2)

    def test_memory_limit(self) -> None:
        source = "const a = []; for (;;) a.push({ n: 'x' + a.length });"
        death = self.dies(source, LimitExceeded, heap=8 * MIB)
        assert death.reason == "memory full"
        self.dies("'x'.repeat(2 ** 29)", LimitExceeded, heap=8 * MIB)

    def test_stack_limit(self) -> None:
        death = self.dies("const f = () => 1 + f(); f()", LimitExceeded)
        assert death.reason == "stack overflow"

    def test_result_over_the_message_limit(self) -> None:
        with self.open(limits=Limits(message=70_000)) as worker:
            assert len(worker.evaluate("'x'.repeat(69000)")) == 69_000
            with pytest.raises(GuestError, match="at most 70000"):
                worker.evaluate("'x'.repeat(71000)")

    def test_console_flood_is_bounded(self) -> None:
        with self.open(limits=Limits(console_lines=10)) as worker:
            source = "for (let i = 0; i < 20000; i++) console.log('line ' + i); 1"
            assert worker.evaluate(source) == 1
            assert len(worker.console) == 10
            assert worker.console[-1].text == "line 19999"
            assert worker.console_dropped == 19_990

    def test_console_flood_without_end(self) -> None:
        self.dies("for (;;) console.log('x'.repeat(1000))", CrankTimeout, cpu=0.2)

    def test_command_flood_without_end(self) -> None:
        source = "for (;;) postCommand(new ArrayBuffer(1000))"
        with (
            self.open(limits=Limits(cpu=0.5), on_call=bytes) as worker,
            pytest.raises((CrankTimeout, LimitExceeded)),
        ):
            worker.evaluate(source)

    # The end

    def test_interrupt(self) -> None:
        with self.open() as worker:
            timer = threading.Timer(0.1, worker.interrupt)
            timer.start()
            with pytest.raises(WorkerInterrupted) as caught:
                worker.evaluate("for (;;);")
            timer.join()
            assert caught.value.stack.startswith(" at (eval:1)")

    def test_kill_from_elsewhere(self) -> None:
        with self.open() as worker:
            timer = threading.Timer(0.1, worker.kill)
            timer.start()
            with pytest.raises(WorkerDied, match="killed by its owner"):
                worker.evaluate("for (;;);")
            timer.join()

    def test_close_leaves_no_process(self) -> None:
        worker = self.open()
        pid = worker.pid
        worker.close()
        if pid is not None:
            with pytest.raises(ProcessLookupError):
                os.kill(pid, 0)
        assert worker._core.child.reap(0) == 0

    def test_close_while_the_guest_runs(self) -> None:
        worker = self.open()
        handle = worker.submit_evaluate("for (;;);")
        worker._core.flush()
        worker.close()
        with pytest.raises(Exception, match="closed"):
            handle.result()

    # Snapshots, status, identity

    def test_snapshot_to_a_path_and_back(self, tmp_path: Path) -> None:
        path = tmp_path / "a.snapshot"
        with self.open(key=KEY) as worker:
            worker.evaluate("let hidden = 41; globalThis.next = () => ++hidden;")
            worker.evaluate("globalThis.p = new Promise(f => { globalThis.f = f }); 0")
            size = worker.snapshot(path)
            assert size == path.stat().st_size
            assert worker.evaluate("next()") == 42
        for _ in range(2):
            with self.open(snapshot=path, key=KEY) as worker:
                assert worker.evaluate("next()") == 42
                worker.evaluate("f('survived')")
                assert worker.evaluate("p") == "survived"

    def test_snapshot_to_a_stream_and_from_bytes(self) -> None:
        stream = io.BytesIO()
        with self.open(key=KEY) as worker:
            worker.evaluate("globalThis.kept = 'x'.repeat(3000000)")
            assert worker.snapshot(stream) == len(stream.getvalue())
        with self.open(snapshot=stream.getvalue(), key=KEY) as worker:
            assert worker.evaluate("kept.length") == 3_000_000
        stream.seek(0)
        with self.open(snapshot=stream, key=KEY) as worker:
            assert worker.evaluate("kept.length") == 3_000_000

    def test_snapshots_that_are_refused(self) -> None:
        stream = io.BytesIO()
        with self.open(key=KEY) as worker:
            worker.snapshot(stream)
        good = stream.getvalue()
        bad = good[:-1] + bytes((good[-1] ^ 1,))
        cases: list[tuple[bytes, bytes, type[SnapshotError]]] = [
            (bad, KEY, SnapshotAltered),
            (good[:-1], KEY, SnapshotTruncated),
            (good, bytes(32), SnapshotWrongKey),
        ]
        for data, key, kind in cases:
            with pytest.raises(kind):
                self.open(snapshot=data, key=key)

    def test_status_and_meter(self) -> None:
        with self.open() as worker:
            worker.evaluate("1")
            small = worker.meter
            worker.evaluate("for (let i = 0; i < 10000; i++);")
            assert worker.meter > small + 10_000
            status = worker.status(collect=True)
            assert 0 < status.heap < status.limit == 128 * MIB
            assert status.cranks >= 2
            assert status.meter >= worker.meter

    def test_no_time_and_no_randomness_by_itself(self) -> None:
        with self.open() as worker:
            for source in ("Date.now()", "new Date()", "Math.random()"):
                with pytest.raises(GuestError, match="secure mode"):
                    worker.evaluate(source)
            assert worker.evaluate("new Date(0).getTime()") == 0

    def test_nothing_of_the_host_is_there(self) -> None:
        names = (
            "process", "require", "fetch", "print", "lockdown", "SharedArrayBuffer",
            "Atomics", "WeakRef", "FinalizationRegistry", "engoIssueCommand",
        )  # fmt: skip
        with self.open() as worker:
            for name in names:
                assert worker.evaluate(f"typeof {name}") == "undefined", name
