"""Verbs against a peer of our own: what they send, what they print, how they fail."""

from __future__ import annotations

import io
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from engo.captp import (
    BigInt,
    Far,
    JSTypeError,
    RemoteError,
    Tagged,
    Thrown,
    Turns,
    Undefined,
    make_promise,
)

from .peer import call_back, environment, serving

if TYPE_CHECKING:
    from collections.abc import Callable

    from .conftest import Outcome

    Engo = Callable[..., Outcome]


VECTORS = Path(__file__).parents[1] / "vectors" / "endo-cli"


def host(**methods: Callable[..., object]) -> Far:
    """An Endo bootstrap with a host that has these methods, and no additions."""
    return Far("Endo", host=lambda: Far("EndoHost", dict(methods)))


def calls(received: list[bytes]) -> list[object]:
    """Methods and arguments of the calls a peer has received."""
    messages = [json.loads(message) for message in received]
    return [
        json.loads(message["method"]["body"])
        for message in messages
        if message["type"] == "CTP_CALL"
    ]


UNDEFINED = {"@qclass": "undefined"}
REQUESTS = [
    (["eval", "1+1"], ["evaluate", ["MAIN", "1+1", [], [], UNDEFINED]]),
    (
        ["eval", "a", "a:x.y", "b", "-w", "w1", "-n", "d.r"],
        ["evaluate", ["w1", "a", ["a", "b"], [["x", "y"], ["b"]], ["d", "r"]]],
    ),
    (["show", "a"], ["lookup", ["a"]]),
    (["show", "a.b"], ["lookup", [["a", "b"]]]),
    (["store", "--text", "t", "-n", "n"], ["storeValue", ["t", ["n"]]]),
    (["store", "--json", "[1e0]", "-n", "n"], ["storeValue", [[1], ["n"]]]),
    (
        ["store", "--bigint", "-0x10", "-n", "n"],
        ["storeValue", [{"@qclass": "bigint", "digits": "-16"}, ["n"]]],
    ),
    (["mkdir", "d.e"], ["makeDirectory", [["d", "e"]]]),
    (["mv", "a", "d.b"], ["move", [["a"], ["d", "b"]]]),
    (["cp", "a", "b"], ["copy", [["a"], ["b"]]]),
    (["cancel", "w1"], ["cancel", ["w1", UNDEFINED]]),
    (["cancel", "w1", "why"], ["cancel", ["w1", "why"]]),
    (["spawn", "w1"], ["provideWorker", [["w1"]]]),
    (["spawn", "d.w1", "-e", "wasm"], ["spawnWorker", [["d", "w1"], "wasm"]]),
    (["spawn", "-i", "w"], ["spawnWorker", [["w"], UNDEFINED, "endo-intl"]]),
    (
        ["spawn", "w", "-ie", "wasm"],
        ["spawnWorker", [["w"], "wasm", "endo-intl"]],
    ),
    (["suspend", "w1"], ["suspendWorker", [["w1"]]]),
    (["resume", "d.w1"], ["resumeWorker", [["d", "w1"]]]),
    (["rm", "d.a"], ["remove", ["d", "a"]]),
]


@pytest.mark.parametrize(("words", "request_"), REQUESTS)
def test_what_is_sent_is_what_endo_sends(
    engo: Engo, folder: Path, words: list[str], request_: list[object]
) -> None:
    name = str(request_[0])
    if words[:2] == ["store", "--bigint"]:
        words[2] = "-16"
    with serving(folder, host(**{name: lambda *args: Undefined})) as peer:
        outcome = engo(*words)
    assert calls(peer.received)[-1] == request_
    assert (outcome.code, outcome.stderr) == (0, "")
    assert peer.endings == ["good-bye"]


def test_a_value_is_printed(engo: Engo, folder: Path) -> None:
    with serving(folder, host(evaluate=lambda *args: [1, BigInt(2), Undefined])):
        assert engo("eval", "x").stdout == "[ 1, 2n, undefined ]\n"


def test_a_value_as_json(engo: Engo, folder: Path) -> None:
    value = {"n": BigInt(2), "u": Undefined, "o": Far("Foo"), "t": Tagged("x", [])}
    with serving(folder, host(lookup=lambda name: value)):
        printed = json.loads(engo("show", "v", "--json").stdout)
    assert printed == {
        "n": {"@qclass": "bigint", "digits": "2"},
        "u": {"@qclass": "undefined"},
        "o": {"@qclass": "slot", "iface": "Alleged: Foo", "index": 0},
        "t": {"@qclass": "tagged", "tag": "x", "payload": []},
    }


WORKERS = [
    {
        "names": ["a", "d.b"],
        "number": "0a" * 64,
        "engine": "native",
        "state": "idle",
        "pid": 7,
        "heap": 1_572_864,
        "meter": 123_456,
        "idle": 0.25,
    },
    {"names": ["b"], "number": "3d" * 64, "engine": "wasm", "state": "running"},
    {"names": ["m"], "number": "1b" * 64, "engine": "native", "state": "absent"},
    {
        "names": [],
        "number": "2c" * 64,
        "engine": "wasm-child",
        "state": "suspended",
        "heap": 700,
        "idle": 5_400,
    },
]
TABLE = """\
NAME                ENGINE      STATE      PROCESS     HEAP   METER   IDLE
a, d.b              native      idle             7  1.5 MiB  123456  0.2 s
b                   wasm        running     daemon        -       -      -
m                   native      absent           -        -       -      -
(2c2c2c2c2c2c2c2c)  wasm-child  suspended        -    700 B       -  1.5 h
"""


def test_workers_as_a_table_and_as_json(engo: Engo, folder: Path) -> None:
    with serving(folder, host(listWorkers=lambda: WORKERS)):
        assert engo("workers").stdout == TABLE
        lines = engo("workers", "--json").stdout.splitlines()
    assert [json.loads(line) for line in lines] == WORKERS


def test_a_list_of_workers_that_is_none(engo: Engo, folder: Path) -> None:
    with serving(folder, host(listWorkers=lambda: "many")):
        outcome = engo("workers")
    assert outcome.code == 1
    assert outcome.stderr == "expected an array of workers from the daemon\n"


def test_which_of_several_workers_has_failed(engo: Engo, folder: Path) -> None:
    def suspend(path: list[str]) -> object:
        if path == ["b"]:
            raise JSTypeError("not now")
        return Undefined

    with serving(folder, host(suspendWorker=suspend)):
        assert engo("suspend", "b").stderr == "TypeError: not now\n"
        outcome = engo("suspend", "a", "b", "c")
    assert (outcome.code, outcome.stderr) == (1, "b: TypeError: not now\n")


def test_the_engines_are_the_formulas(engo: Engo) -> None:
    from engo.cli.verbs.spawn import ENGINES
    from engo.formula.engines import ENGINES as KNOWN

    assert ENGINES == KNOWN


def test_show_trims_and_json_does_not(engo: Engo, folder: Path) -> None:
    with serving(folder, host(lookup=lambda name: " a \n")):
        assert engo("show", "v").stdout == "a\n"
        assert engo("show", "v", "--json").stdout == '" a \\n"\n'


def fail(error: BaseException) -> Callable[..., object]:
    def method(*args: object) -> object:
        raise error

    return method


def test_an_error_is_one_line(engo: Engo, folder: Path) -> None:
    error = JSTypeError("no\n\x1b[31msuch\x07")
    with serving(folder, host(lookup=fail(error))):
        outcome = engo("show", "v")
    assert outcome == (1, "", "TypeError: no\\n\\x1b[31msuch\\x07\n")


@pytest.mark.parametrize(
    ("trace", "place"),
    [
        ({"file": "a.js", "line": 3}, " (a.js:3)"),
        ({"file": Undefined, "line": 3}, " (eval:3)"),
        ({"file": "a.js", "line": Undefined}, ""),
        ({"file": "engo:@endo/exo/tools.js", "line": 3}, ""),
        (Undefined, ""),
    ],
)
def test_the_place_is_asked_for(
    engo: Engo, folder: Path, trace: object, place: str
) -> None:
    asked: list[object] = []

    def error_trace(error_id: object) -> object:
        asked.append(error_id)
        return trace

    endo = Far(
        "Endo",
        host=lambda: Far("EndoHost", evaluate=fail(RemoteError("RangeError", "boom"))),
        attachConsole=lambda sink: Undefined,
        errorTrace=error_trace,
    )
    with serving(folder, endo):
        outcome = engo("eval", "x")
    assert outcome == (1, "", f"RangeError: boom{place}\n")
    assert asked == ["error:captp:Endo#20001"]


def test_the_guests_stack_is_for_debugging(engo: Engo, folder: Path) -> None:
    endo = Far(
        "Endo",
        host=lambda: Far("EndoHost", lookup=fail(RemoteError("Error", "boom"))),
        errorTrace=lambda error_id: {"stack": "at guest (a.js:1)"},
    )
    with serving(folder, endo):
        stderr = engo("show", "x", "--debug").stderr
    assert stderr.startswith("Traceback")
    assert stderr.endswith("Error: boom\nat guest (a.js:1)\n")


THROWN: list[tuple[object, str]] = [
    ("a string", "a string"),
    ({"code": 5}, "{ code: 5 }"),
    (
        {"a": ["x" * 50, "y" * 50, {"b": {}}], "n": [0] * 8},
        f"{{ a: [ '{'x' * 50}', '{'y' * 50}', {{ b: {{}} }} ], "
        "n: [ 0, 0, 0, 0, 0, 0, 0, 0 ] }",
    ),
]


@pytest.mark.parametrize(("thrown", "text"), THROWN)
def test_thrown_values(engo: Engo, folder: Path, thrown: object, text: str) -> None:
    with serving(folder, host(evaluate=fail(Thrown(thrown)))):
        assert engo("eval", "x") == (1, "", text + "\n")


def test_console_lines_go_to_stderr(engo: Engo, folder: Path) -> None:
    sinks: list[object] = []

    def attach(sink: object) -> object:
        sinks.append(sink)
        return Undefined

    def evaluate(*args: object) -> object:
        said = call_back(sinks[0], "write", "log", "hello\n\x1b]0;bad\x07")
        return said.then(lambda _: 1)

    endo = Far(
        "Endo",
        host=lambda: Far("EndoHost", evaluate=evaluate),
        attachConsole=attach,
    )
    with serving(folder, endo):
        outcome = engo("eval", "x")
    assert outcome == (0, "1\n", "hello\n\\x1b]0;bad\\x07\n")


def test_source_from_standard_input(
    engo: Engo, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("'ä'".encode())))
    with serving(folder, host(evaluate=lambda worker, source, *rest: source)):
        assert engo("eval", "-").stdout == "'ä'\n"


def blob_host(stored: list[bytes]) -> Far:
    """A host that keeps one blob."""
    from base64 import b64decode, b64encode

    def pull(reader: object, data: bytes = b"") -> object:
        def take(item: dict[str, str]) -> object:
            if item["done"]:
                stored.append(data)
                return Undefined
            return pull(reader, data + b64decode(item["value"]))

        return call_back(reader, "next").then(take)

    def stream() -> Far:
        parts = [b64encode(stored[-1][i : i + 5]) for i in range(0, len(stored[-1]), 5)]

        def following() -> object:
            done = not parts
            value = Undefined if done else parts.pop(0).decode()
            return {"done": done, "value": value}

        return Far("AsyncIterator", next=following)

    return host(
        storeBlob=lambda reader, path: pull(reader),
        lookup=lambda name: Far("Readable file", streamBase64=stream),
    )


@pytest.mark.parametrize("size", [0, 11, 65_536, 65_537, 200_000])
def test_blobs_both_ways(engo: Engo, folder: Path, size: int) -> None:
    data = bytes(range(256)) * (size // 256 + 1)
    path = folder / "blob"
    path.write_bytes(data[:size])
    stored: list[bytes] = []
    with serving(folder, blob_host(stored)):
        assert engo("store", "--path", str(path), "-n", "b") == (0, "", "")
        assert stored == [data[:size]]
        if size == 11:
            done = spawn(folder, "cat", "b")
            assert (done.wait(10), done.communicate()[0]) == (0, data[:size])


def spawn(folder: Path, *words: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "engo", *words],
        env=environment(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def test_several_names_fail_one_by_one(engo: Engo, folder: Path) -> None:
    removed: list[object] = []

    def remove(name: str) -> object:
        if name == "nosuch":
            raise JSTypeError(f"no {name}")
        removed.append(name)
        return Undefined

    with serving(folder, host(remove=remove)):
        outcome = engo("rm", "a", "nosuch", "b")
    assert outcome == (1, "", "TypeError: no nosuch\n")
    assert removed == ["a", "b"]


def test_list_with_values(engo: Engo, folder: Path) -> None:
    values = {"a": 1, "s": "x\n", "a-name-of-twenty-two-c": Far("Foo")}
    with serving(folder, host(list=lambda: list(values), lookup=values.__getitem__)):
        assert engo("ls").stdout == "a\ns\na-name-of-twenty-two-c\n"
        assert engo("ls", "-v").stdout == (
            "a                   1\n"
            "s                   'x\n'\n"
            "a-name-of-twenty-two-c  Foo\n"
        )
        assert json.loads(engo("ls", "-vj").stdout.splitlines()[0]) == {
            "name": "a",
            "value": 1,
        }


def test_a_value_that_cannot_be_made(engo: Engo, folder: Path) -> None:
    """It is said, and the other names are listed all the same."""

    def lookup(name: str) -> object:
        if name == "bad":
            raise JSTypeError("no more")
        return name

    with serving(folder, host(list=lambda: ["a", "bad", "c"], lookup=lookup)):
        outcome = engo("list", "-v")
    assert outcome.code == 1
    assert outcome.stdout == "a                   'a'\nc                   'c'\n"
    assert outcome.stderr == "bad: TypeError: no more\n"


def test_names_that_come_and_go(engo: Engo, folder: Path) -> None:
    changes: list[dict[str, object]] = [{"add": "a", "value": {}}, {"remove": "a"}]

    def follow() -> Far:
        items = [{"done": False, "value": change} for change in changes]
        items.append({"done": True, "value": Undefined})
        return Far("AsyncIterator", next=lambda: items.pop(0))

    with serving(folder, host(followNameChanges=follow)):
        assert engo("list", "-f") == (0, "+a\n-a\n", "")
        lines = engo("list", "-f", "--json").stdout.splitlines()
    assert [json.loads(line) for line in lines] == changes


def test_posing_as_an_agent(engo: Engo, folder: Path) -> None:
    guest = Far("EndoGuest", list=lambda: ["mine"])
    with serving(folder, host(lookup=lambda path: guest)) as peer:
        assert engo("list", "--as", "g.agent").stdout == "mine\n"
    assert ["lookup", [["g", "agent"]]] in calls(peer.received)


def test_a_program_without_a_result(engo: Engo, folder: Path) -> None:
    file = folder / "p.js"
    file.write_text("export const main = () => {};\n")
    with serving(folder, host(runModule=lambda *args: Undefined)) as peer:
        assert engo("run", str(file), "a", "b", "-p", "AGENT") == (0, "", "")
    assert calls(peer.received)[-1] == [
        "runModule",
        [UNDEFINED, file.read_text(), str(file), "AGENT", ["a", "b"], UNDEFINED],
    ]


def test_ctrl_c_says_good_bye(folder: Path) -> None:
    asked = threading.Event()
    turns = Turns()

    def never(*args: object) -> object:
        asked.set()
        return make_promise(turns)[0]

    with serving(folder, host(evaluate=never)) as peer:
        running = spawn(folder, "eval", "x")
        assert asked.wait(10)
        running.send_signal(signal.SIGINT)
        stdout, stderr = running.communicate(timeout=10)
    assert (running.returncode, stdout, stderr) == (130, b"", b"")
    assert peer.endings == ["good-bye"]


def test_a_reader_that_goes_away(folder: Path) -> None:
    with serving(folder, host(list=lambda: ["x" * 100] * 10_000)):
        running = spawn(folder, "list")
        assert running.stdout is not None
        running.stdout.read(10)
        running.stdout.close()
        assert running.wait(10) == 141
        assert running.stderr is not None
        assert running.stderr.read() == b""
        running.stderr.close()


def test_a_terminal_sees_colours(folder: Path) -> None:
    """As recorded from Endo; a value on a terminal, and not with NO_COLOR."""
    value = {"a": [1, "x", None, Undefined, True]}
    rows = json.loads((VECTORS / "11-tty.json").read_text())
    row = next(row for row in rows if row["cmd"][-1].startswith("({a:"))
    with serving(folder, host(evaluate=lambda *args: value)):
        assert on_a_terminal(environment(folder)) == row["tty_output"]
        bare = on_a_terminal(environment(folder) | {"NO_COLOR": "1"})
    assert bare == "{ a: [ 1, 'x', null, undefined, true ] }\r\n"


def on_a_terminal(env: dict[str, str]) -> str:
    """What `engo eval x` shows on a terminal."""
    ours, theirs = os.openpty()
    command = [sys.executable, "-m", "engo", "eval", "x"]
    subprocess.run(command, env=env, stdout=theirs, check=True, timeout=30)
    os.close(theirs)
    shown = os.read(ours, 65_536).decode()
    os.close(ours)
    return shown


class Rude:
    """A listener that answers everything with the same bytes, then hangs up."""

    def __init__(self, folder: Path, answer: bytes) -> None:
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(folder / "captp0.sock"))
        self._listener.listen(1)
        self._thread = threading.Thread(target=self._serve, args=[answer])
        self._thread.start()

    def _serve(self, answer: bytes) -> None:
        connection, _ = self._listener.accept()
        with connection:
            connection.recv(65_536)
            connection.sendall(answer)

    def close(self) -> None:
        self._thread.join(10)
        self._listener.close()


@pytest.mark.parametrize(
    ("answer", "line"),
    [
        (b"", "hung up before it answered"),
        (b"12:half a fra", "hung up before it answered"),
        (b"hello", "the daemon broke the protocol: expected digits"),
        (b"2:{}x", "the daemon broke the protocol: expected ','"),
        (b"99999999:", "the daemon broke the protocol: expected a netstring of at"),
        (b"2:no,", "the daemon broke the protocol: expected"),
    ],
)
def test_a_daemon_that_misbehaves(
    engo: Engo, folder: Path, answer: bytes, line: str
) -> None:
    rude = Rude(folder, answer)
    outcome = engo("show", "x")
    rude.close()
    assert (outcome.code, outcome.stdout) == (1, "")
    assert line in outcome.stderr
    assert len(outcome.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("closing", "code", "words"),
    [
        ("<&-", 1, "expected something on standard input, found it closed"),
        (">&-", 0, ""),
        ("2>&-", 0, ""),
    ],
)
def test_closed_streams(folder: Path, closing: str, code: int, words: str) -> None:
    source = "-" if "<" in closing else "1"
    with serving(folder, host(evaluate=lambda *args: 1)):
        done = subprocess.run(
            ["sh", "-c", f"exec {sys.executable} -m engo eval {source} {closing}"],
            env=environment(folder),
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )
    assert (done.returncode, done.stderr.strip()) == (code, words)
