"""What console lines look like; from inside a guest, as a reader of the log sees it."""

from collections.abc import Iterator

import pytest

from engo.worker.blocking import Worker


@pytest.fixture(scope="module")
def guest() -> Iterator[Worker]:
    with Worker(image="bare") as worker:
        yield worker


def printed(guest: Worker, arguments: str) -> str:
    guest.evaluate(f"console.log({arguments})", "log.js")
    return guest.console[-1].text


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ("", ""),
        ("'a', 1, true, null, undefined, 10n, -0", "a 1 true null undefined 10n -0"),
        ("Symbol('s')", "Symbol(s)"),
        ("['a', \"it's\", `'\"`]", "[ 'a', \"it's\", `'\"` ]"),
        (
            "{a: 1, 'b-c': [true], [Symbol('k')]: 2}",
            "{ a: 1, 'b-c': [ true ], [Symbol(k)]: 2 }",
        ),
        ("[1,,3]", "[ 1, <1 empty item>, 3 ]"),
        ("{a:{b:{c:{d:1}}}}", "{ a: { b: { c: [Object] } } }"),
        ("() => 1, function nm() {}", "[Function (anonymous)] [Function: nm]"),
        ("new (class Foo { x = 1 })", "Foo { x: 1 }"),
        ("Object.create(null)", "[Object: null prototype] {}"),
        (
            "new Map([[1, {a: 2}]]), new Set(['x'])",
            "Map(1) { 1 => { a: 2 } } Set(1) { 'x' }",
        ),
        ("new Uint8Array(3)", "Uint8Array(3) [ 0, 0, 0 ]"),
        ("new ArrayBuffer(8)", "ArrayBuffer { byteLength: 8 }"),
        ("/x/g, new Date(0)", "/x/g 1970-01-01T00:00:00.000Z"),
        ("{get a() { throw 1 }, set b(v) {}}", "{ a: [Getter], b: [Setter] }"),
        ("{toString() { throw 1 }}", "{ toString: [Function: toString] }"),
        ("new Proxy({a: 1}, {})", "{ a: 1 }"),
        (
            "{[Symbol.toStringTag]: 'Alleged: X'}",
            "Object [Alleged: X] { [Symbol(Symbol.toStringTag)]: 'Alleged: X' }",
        ),
        ("Promise.resolve(1)", "Promise {}"),
        ("'%s is %d, %i and %f', 'x', 4.5, 4.5, '1.5'", "x is 4.5, 4 and 1.5"),
        ("'%o %j %c|', {a: 1}, {a: 1}, 'css'", '{ a: 1 } {"a":1} |'),
        ("'100%', 5, '%d'", "100% 5 %d"),
        ("'%% %s'", "%% %s"),
        ("'%% %s', 1", "% 1"),
        ("'%s'", "%s"),
        ("'%q %', 1", "%q % 1"),
    ],
)
def test_formatting(guest: Worker, arguments: str, text: str) -> None:
    assert printed(guest, arguments) == text


def test_circles_and_errors(guest: Worker) -> None:
    guest.evaluate("var c = {}; c.c = c; 0")
    assert printed(guest, "c") == "{ c: [Circular] }"
    assert printed(guest, "TypeError('bad')") == "TypeError: bad\n    at (log.js:1)"
    assert printed(guest, "{e: Error('in')}").startswith("{\n  e: Error: in\n      at")


def test_long_values_go_over_lines_and_are_cut(guest: Worker) -> None:
    assert printed(guest, "Array.from({length: 120}, (_, i) => i)").endswith(
        "... 20 more items\n]"
    )
    assert printed(guest, "{a: 'x'.repeat(50), b: 'y'.repeat(50)}") == (
        "{\n  a: '" + "x" * 50 + "',\n  b: '" + "y" * 50 + "'\n}"
    )
    cut = printed(guest, "'z'.repeat(100_000)")
    assert len(cut.encode()) <= 65_003
    assert cut.endswith("…")


def test_levels_groups_and_assertions(guest: Worker) -> None:
    guest.evaluate(
        "console.debug('d'); console.info('i'); console.warn('w'); console.error('e');"
        "console.group('g'); console.log('in\\nside'); console.groupEnd();"
        "console.assert(true, 'no'); console.assert(false, 'yes'); console.dir({a: 1})"
    )
    assert [(line.level, line.text) for line in guest.console[-8:]] == [
        ("debug", "d"),
        ("info", "i"),
        ("warn", "w"),
        ("error", "e"),
        ("log", "g"),
        ("log", "  in\n  side"),
        ("error", "Assertion failed: yes"),
        ("log", "{ a: 1 }"),
    ]


def test_a_value_that_fights_back(guest: Worker) -> None:
    traps = ["ownKeys", "getOwnPropertyDescriptor", "getPrototypeOf", "get", "has"]
    for trap in traps:
        text = printed(guest, f"new Proxy({{a: 1}}, {{ {trap}() {{ throw 1 }} }})")
        assert text in ("{ a: 1 }", "<a value that throws when it is looked at>")
