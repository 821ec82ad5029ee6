"""Guest programs over the socket: values, errors with their place, names, console."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from engo.captp import (
    BigInt,
    Far,
    Presence,
    Promise,
    RemoteError,
    Symbol,
    Tagged,
    Thrown,
    Undefined,
)

if TYPE_CHECKING:
    from .running import Host, Running

ENGINES = ("native", "wasm", "wasm-child")


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("1+1", 2),
        ("'hello'", "hello"),
        ("undefined", Undefined),
        ("null", None),
        ("true", True),
        ("10n ** 40n", BigInt(10**40)),
        ("[1,2,3]", [1, 2, 3]),
        (
            "({a:1,b:{c:[true,null,undefined,2n,'x']}})",
            {
                "a": 1,
                "b": {"c": [True, None, Undefined, BigInt(2), "x"]},
            },
        ),
        ("Symbol.for('registered')", Symbol("registered")),
        ("Symbol.asyncIterator", Symbol("@@asyncIterator")),
        ("Promise.resolve(7)", 7),
        ("E(Far('Foo', { bar() { return 42; } })).bar()", 42),
        ("let x = 1; x + 1", 2),
        ("M.string()", Tagged("match:string", [])),
        ("({'@qclass': 'slot', x: 1})", {"@qclass": "slot", "x": 1}),
        ("'🐈‍⬛'", "🐈‍⬛"),
    ],
)
def test_values(guest: Host, source: str, value: object) -> None:
    assert guest.evaluate(source) == value


def test_objects(guest: Host) -> None:
    found = guest.evaluate("Far('Foo', { up: n => n + 1 })")
    assert isinstance(found, Presence)
    assert found.iface == "Alleged: Foo"
    assert guest.on(found, "up", 41) == 42
    exo = guest.evaluate(
        "makeExo('Ex', M.interface('Ex', {}, {defaultGuards:'passable'}), "
        "{ a() { return 1; } })"
    )
    assert guest.on(exo, "a") == 1


def test_promises_inside(guest: Host) -> None:
    found = guest.evaluate("harden({p: Promise.resolve(1)})")["p"]
    assert isinstance(found, Promise)
    assert guest.client.wait(found) == 1


@pytest.mark.parametrize(
    ("source", "name", "message", "line"),
    [
        ("throw Error('boom')", "Error", "boom", 1),
        ("1;\n(() => { throw TypeError('typed') })()", "TypeError", "typed", 2),
        ("Promise.reject(Error('later'))", "Error", "later", 1),
        ("nosuch", "ReferenceError", None, 1),
        ("1 +\n", "SyntaxError", None, 2),
        ("assert(false)", "Error", "Check failed", 1),
    ],
)
def test_errors_and_their_place(
    guest: Host, source: str, name: str, message: str | None, line: int
) -> None:
    with pytest.raises(RemoteError) as caught:
        guest.evaluate(source)
    error = caught.value
    assert error.js_name == name
    assert message is None or error.message == message
    trace: Any = guest.on(guest.client.endo, "errorTrace", error.error_id)
    assert (trace["name"], trace["message"]) == (name, error.message)
    assert (trace["file"], trace["line"]) == ("eval", line)


def test_an_error_of_the_daemon_has_no_place(guest: Host) -> None:
    with pytest.raises(RemoteError) as caught:
        guest.call("lookup", "nosuch")
    error_id = caught.value.error_id
    assert error_id == "error:captp:Endo#20001"
    assert guest.on(guest.client.endo, "errorTrace", error_id) is Undefined
    assert guest.on(guest.client.endo, "errorTrace", 5) is Undefined


@pytest.mark.parametrize(
    ("source", "value"),
    [("throw 'a string'", "a string"), ("throw {code: 5}", {"code": 5})],
)
def test_what_is_thrown_and_is_no_error(
    guest: Host, source: str, value: object
) -> None:
    with pytest.raises(Thrown) as caught:
        guest.evaluate(f"(() => {{ {source} }})()")
    assert caught.value.value == value


def test_endowments_by_name_and_by_path(guest: Host) -> None:
    guest.call("makeDirectory", "box")
    guest.call("storeValue", 10, ["box", "ten"])
    assert guest.evaluate("x + y", x="box.ten", y="box.ten") == 20
    assert guest.evaluate("E(A).list('box')", A="AGENT") == ["ten"]
    with pytest.raises(RemoteError, match='Unknown pet name: "eleven"'):
        guest.evaluate("x", x="box.eleven")


def test_a_named_result_and_what_is_behind_it(guest: Host) -> None:
    guest.call("storeValue", 10, "base")
    assert guest.evaluate("b + 1", name="sum", b="base") == 11
    assert guest.call("lookup", "sum") == 11
    assert guest.call("lookup", ["INFO", "sum", "source"]) == "b + 1"
    assert guest.call("lookup", ["INFO", "sum", "endowments"]) == {"b": 10}
    worker = guest.call("lookup", ["INFO", "sum", "worker"])
    assert worker.iface == "Alleged: EndoWorker"
    inspector = guest.call("lookup", ["INFO", "sum"])
    assert inspector.iface.startswith("Alleged: Inspector (eval ")
    assert guest.on(inspector, "list") == ["endowments", "source", "worker"]
    assert guest.on(inspector, "lookup", "nosuch") is Undefined
    assert guest.evaluate("x", x="INFO.sum.source") == "b + 1"


def test_a_name_is_bound_only_when_the_program_succeeds(guest: Host) -> None:
    with pytest.raises(RemoteError, match="boom"):
        guest.evaluate("throw Error('boom')", name="failed")
    assert guest.call("has", "failed") is False


def test_the_id_of_an_evaluation_is_its_formulas(guest: Host) -> None:
    found = guest.evaluate("$id", name="named")
    assert guest.call("identify", "named") == found


def test_an_object_without_a_name_can_be_named_later(guest: Host) -> None:
    counter = guest.evaluate("let n = 0; Far('Counter', { up: () => ++n })")
    assert guest.on(counter, "up") == 1
    guest.call("storeValue", {"it": counter}, "holder")
    held = guest.call("lookup", "holder")["it"]
    assert guest.on(held, "up") == 2
    (name,) = [guest.call("reverseLookup", counter)]
    assert name == []  # what holds it has a name, not it itself
    assert guest.evaluate("E(h.it).up()", h="holder") == 3


def test_two_workers_call_each_other(guest: Host) -> None:
    guest.evaluate(
        "let n = 0; Far('Counter', { incr: () => { n += 1; return n; } })",
        worker="one",
        name="counter",
    )
    assert guest.evaluate("E(c).incr()", worker="two", c="counter") == 1
    assert guest.evaluate("E(c).incr()", c="counter") == 2
    with pytest.raises(RemoteError, match="target has no method"):
        guest.evaluate("E(c).nosuch()", worker="two", c="counter")
    echo = guest.evaluate("Far('Echo', { echo: async x => E(x).incr() })", worker="two")
    assert guest.on(echo, "echo", guest.call("lookup", "counter")) == 3


def test_a_guest_calls_back_into_the_client(guest: Host) -> None:
    adder = guest.evaluate("Far('Adder', { add: (f, a, b) => E(f).plus(a, b) })")
    plus = Far("Plus", plus=lambda a, b: a + b)
    assert guest.on(adder, "add", plus, 2, 3) == 5


def test_console_lines_come_before_the_answer(guest: Host) -> None:
    lines: list[tuple[str, str]] = []
    sink = Far("Sink", write=lambda level, text: lines.append((level, text)))
    guest.on(guest.client.endo, "attachConsole", sink)
    guest.evaluate("console.log('one', {a: 1}); console.error('two'); 1")
    assert lines == [("log", "one { a: 1 }"), ("error", "two")]


def test_the_console_is_also_in_the_workers_log(shared: Running, guest: Host) -> None:
    guest.evaluate("console.log('logged\\nhere')", worker="talker")
    number = guest.call("identify", "talker").partition(":")[0]
    log = shared.state / "worker" / number / "worker.log"
    assert log.read_text() == "logged\nhere\n"
    assert log.stat().st_mode & 0o777 == 0o600
    guest.call("remove", "talker")
    assert not log.exists()


def test_a_rejection_that_nobody_handles_is_in_the_workers_log(
    shared: Running, guest: Host
) -> None:
    guest.evaluate("Promise.reject(Error('nobody cares')); 1", worker="loner")
    guest.evaluate("2", worker="loner")
    number = guest.call("identify", "loner").partition(":")[0]
    log = shared.state / "worker" / number / "worker.log"
    assert log.read_text() == "unhandled rejection: Error: nobody cares (eval:1)\n"


def test_another_clients_console_is_not_ours(shared: Running, guest: Host) -> None:
    from .running import Host

    lines: list[object] = []
    sink = Far("Sink", write=lambda level, text: lines.append(text))
    guest.on(guest.client.endo, "attachConsole", sink)
    with shared.client() as client:
        Host(client).evaluate("console.log('theirs')")
    guest.evaluate("console.log('ours')")
    assert lines == ["ours"]


MODULE = """export const main = async (powers, ...args) => {
  if (args[0] === 'throw') {
    throw RangeError('as asked');
  }
  return [powers === undefined, ...args];
};
"""


def test_a_module_is_run(guest: Host) -> None:
    answer = guest.call("runModule", Undefined, MODULE, "m.js", "NONE", ["a", "b"])
    assert answer == [False, "a", "b"]
    with pytest.raises(RemoteError) as caught:
        guest.call("runModule", Undefined, MODULE, "m.js", "NONE", ["throw"])
    trace: Any = guest.on(guest.client.endo, "errorTrace", caught.value.error_id)
    assert (trace["name"], trace["file"], trace["line"]) == ("RangeError", "m.js", 3)


def test_a_module_gets_the_powers_that_are_named(guest: Host) -> None:
    source = "export const main = host => E(host).has('nosuch');"
    assert guest.call("runModule", "MAIN", source, "m.js", "AGENT", []) is False
    with pytest.raises(RemoteError, match='Invalid pet name "SELF"'):
        guest.call("runModule", "MAIN", source, "m.js", "SELF", [])
    with pytest.raises(RemoteError, match="without imports"):
        guest.call("runModule", "MAIN", "import 'x';", "m.js", "NONE", [])


def test_blobs(guest: Host) -> None:
    pieces = ["aGVsbG8g", "YmxvYgo="]
    items = [{"done": False, "value": piece} for piece in pieces]
    items.append({"done": True, "value": Undefined})
    source = iter(items)
    reader = Far("AsyncIterator", next=lambda: next(source))
    blob = guest.call("storeBlob", reader, "blob")
    assert blob.iface == "Alleged: Readable file with SHA-512 6a2f8eff..."
    assert guest.on(blob, "text") == "hello blob\n"
    assert guest.on(blob, "sha512").startswith("6a2f8eff54d4")
    stream = guest.on(blob, "streamBase64")
    assert guest.on(stream, "next") == {"done": False, "value": "aGVsbG8gYmxvYgo="}
    assert guest.on(stream, "next") == {"done": True, "value": Undefined}
    assert guest.evaluate("E(b).text()", b="blob") == "hello blob\n"
    with pytest.raises(RemoteError) as caught:
        guest.on(blob, "json")
    assert caught.value.js_name == "SyntaxError"
    assert guest.on(blob, "__getMethodNames__") == [
        "__getInterfaceGuard__",
        "__getMethodNames__",
        "json",
        "sha512",
        "streamBase64",
        "text",
    ]


@pytest.mark.parametrize(
    ("item", "message"),
    [
        (5, "a record with done"),
        ({"done": False, "value": 5}, "base64 text"),
        ({"done": False, "value": "!!"}, "base64 text"),
    ],
)
def test_a_reader_that_gives_something_else(
    shared: Running, guest: Host, item: object, message: str
) -> None:
    reader = Far("AsyncIterator", next=lambda: item)
    with pytest.raises(RemoteError, match=message):
        guest.call("storeBlob", reader, "wrong")
    assert guest.call("has", "wrong") is False
    assert not list((shared.state / "store-sha512").glob("*.new"))
