"""What comes back from a worker: values, errors, promises, console, order."""

import json
import math

import msgpack  # type: ignore[import-untyped]
import pytest

from tests.native.link_driver import Driver, Message, message


def value_of(source: str) -> Message:
    with Driver() as worker:
        return worker.evaluate(source)


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("null", None),
        ("true", True),
        ("42", 42),
        ("-33", -33),
        ("2**31", 2**31),
        ("-(2**40)", -(2**40)),
        ("2**53", 2**53),
        ("1.5", 1.5),
        ("1e300", 1e300),
        ("''", ""),
        ("'h\u00e9llo'", "h\u00e9llo"),
        ("'\\u0000x'", "\x00x"),
        ("'\U0001f600!'", "\U0001f600!"),
        ("'\\ud800'", "\ud800"),
        ("new Uint8Array([1,2,3]).buffer", b"\x01\x02\x03"),
        ("new Uint8Array([1,2,3]).subarray(1)", b"\x02\x03"),
        ("new DataView(new ArrayBuffer(4), 1, 2)", b"\0\0"),
        ("new ArrayBuffer(0)", b""),
    ],
)
def test_a_scalar_or_bytes_come_as_value(source: str, value: object) -> None:
    got = value_of(source)
    assert got["op"] == "result"
    assert got["value"] == value
    assert type(got["value"]) is type(value)


def test_minus_zero_keeps_its_sign() -> None:
    assert math.copysign(1, value_of("-0")["value"]) == -1


@pytest.mark.parametrize("source", ["undefined", "Symbol('x')"])
def test_undefined_has_no_form(source: str) -> None:
    assert set(value_of(source)) == {"op", "id", "meter"}


def test_a_function_is_undefined_as_in_json() -> None:
    assert set(value_of("(()=>1)")) == {"op", "id", "meter"}


def test_objects_come_as_json() -> None:
    got = value_of("({a: [1, 'x', null], \u00e9: {b: true}})")
    assert json.loads(got["json"]) == {"a": [1, "x", None], "\u00e9": {"b": True}}


def test_bigints_come_as_text() -> None:
    assert value_of("-(2n ** 100n)")["bigint"] == str(-(2**100))


def test_errors_say_where() -> None:
    with Driver() as worker:
        got = worker.evaluate("1;\n throw new TypeError('bad')", name="a b.js")
    assert got["op"] == "error"
    assert (got["name"], got["message"]) == ("TypeError", "bad")
    assert (got["file"], got["line"]) == ("a b.js", 2)
    assert "a b.js:2" in got["stack"]


def test_syntax_errors_say_where() -> None:
    with Driver() as worker:
        got = worker.evaluate("1;\n\nlet let", name="s.js")
    assert got["name"] == "SyntaxError"
    assert got["message"].startswith("s.js:3: ")


def test_unnamed_source_is_called_eval() -> None:
    assert value_of("null.x")["file"] == "eval"


def test_what_is_no_error_comes_as_thrown() -> None:
    got = value_of("throw {a: 1}")
    assert json.loads(got["thrown"]) == {"a": 1}


@pytest.mark.parametrize(
    "source",
    [
        "throw {get a() { throw 1 }}",
        "throw Object.defineProperty(new Error('x'), 'message', {get() { throw 2 }})",
        "throw new Proxy({}, {ownKeys() { throw 3 }})",
        "({toJSON() { throw new Error('in toJSON') }})",
        "({a: 1n})",
    ],
)
def test_hostile_properties_end_as_an_error(source: str) -> None:
    with Driver() as worker:
        assert worker.evaluate(source)["op"] == "error"
        assert worker.evaluate("7")["value"] == 7


def test_settled_promises_answer_in_the_same_crank() -> None:
    assert value_of("Promise.resolve(1).then(v => v + 1)")["value"] == 2
    got = value_of("(async () => { await null; throw new RangeError('r') })()")
    assert (got["op"], got["name"]) == ("error", "RangeError")


def test_an_unsettled_promise_is_pending_then_answered() -> None:
    with Driver() as worker:
        first = worker.evaluate("new Promise(r => { globalThis.r = r })", 5)
        assert first["op"] == "pending"
        worker.control(op="evaluate", id=6, source="r('late'); 1")
        got = [worker.next(), worker.next()]
    assert {(m["op"], m["id"], m["value"]) for m in got} == {
        ("result", 5, "late"),
        ("result", 6, 1),
    }


def test_a_rejection_nobody_handles_is_told_before_the_answer() -> None:
    with Driver() as worker:
        worker.control(op="evaluate", id=1, source="Promise.reject(Error('a')); 1")
        assert worker.next()["op"] == "rejection"
        assert worker.next()["value"] == 1


def test_a_rejection_handled_in_the_crank_is_not_told() -> None:
    source = "let p = Promise.reject(1); Promise.resolve().then(() => p.catch(() => 1))"
    with Driver() as worker:
        worker.control(op="evaluate", id=1, source=source)
        assert worker.next()["op"] == "result"


def test_console_lines_come_before_the_answer() -> None:
    with Driver() as worker:
        worker.control(op="evaluate", id=1, source="engoConsole(3, 't', 'x\\u0000')")
        channel, payload = worker.next_message()
        assert (channel, msgpack.unpackb(payload)) == (2, [3, "t", "x\0"])
        assert worker.next()["op"] == "result"


def test_a_long_console_text_is_cut_between_characters() -> None:
    with Driver() as worker:
        worker.control(
            op="evaluate", id=1, source="engoConsole(1, '', '\u00e9'.repeat(40000))"
        )
        _, payload = worker.next_message()
    text = msgpack.unpackb(payload)[2]
    assert text.endswith("\u00e9\u2026")
    assert 64_990 < len(text.encode()) <= 65_000


def test_captp_text_goes_through_unchanged() -> None:
    text = '{"type":"\u00e9\U0001f600\x00"}' + "x" * 200_000
    with Driver() as worker:
        worker.evaluate("globalThis.engoOnCapTP = t => engoCapTPSend(t); 1")
        worker.raw(message(1, text.encode()))
        channel, payload = worker.next_message()
    assert (channel, payload.decode()) == (1, text)
    assert max(worker.records) == 65_519


def test_named_compile_and_taming() -> None:
    source = """
      lockdown(); engoTameCompartments();
      const c = new Compartment();
      engoEvaluateNamed(c, `
        const inner = new Compartment();
        [typeof SharedArrayBuffer, typeof Atomics, typeof WeakRef,
         typeof FinalizationRegistry, typeof trace,
         inner.evaluate('typeof SharedArrayBuffer')].join()`, 'tame.js')
    """
    assert value_of(source)["value"] == ",".join(["undefined"] * 6)


def test_modules_compile_with_a_name() -> None:
    source = """
      const text = 'export const x = () => { throw Error("m") }';
      const m = engoCompileModule(text, 'm.js');
      const c = new Compartment({modules: {m: {source: m}}});
      c.importNow('m').x()
    """
    got = value_of(source)
    assert (got["op"], got["file"], got["line"]) == ("error", "m.js", 1)


def test_time_and_chance_are_data() -> None:
    seed = b"s" * 32
    draws = []
    for _ in range(2):
        with Driver(seed=seed, now=86_400_000.0) as worker:
            got = worker.evaluate("[Date.now(), Math.random(), Math.random()]")
            draws.append(json.loads(got["json"]))
            worker.control(op="clock", now=5.0)
            assert worker.evaluate("Date.now()")["value"] == 5
            assert worker.evaluate("Date.now()", now=9.0)["value"] == 9
    assert draws[0] == draws[1]
    assert draws[0][0] == 86_400_000
    with Driver(seed=b"t" * 32) as worker:
        assert worker.evaluate("Math.random()")["value"] != draws[0][1]


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("new Date(0).toString()", "Thu Jan 01 1970 00:00:00 GMT+0000"),
        ("new Date(2000, 1, 29, 23, 59, 58).toISOString()", "2000-02-29T23:59:58.000Z"),
        ("new Date(1969, 11, 31).toISOString()", "1969-12-31T00:00:00.000Z"),
        ("new Date(2100, 2, 1).getDay() + ''", "1"),
        ("new Date(2024, 0, 1).getTimezoneOffset() + ''", "0"),
    ],
)
def test_local_time_is_utc(source: str, text: str) -> None:
    assert value_of(source)["value"].startswith(text)
