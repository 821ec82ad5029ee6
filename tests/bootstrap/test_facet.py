"""The worker's facet over CapTP: values, names, consoles, errors, modules."""

from collections.abc import Iterator

import pytest

from engo.captp import (
    BigInt,
    JSError,
    Presence,
    RemoteError,
    Symbol,
    Tagged,
    Thrown,
    Undefined,
    make_promise,
)
from tests.bootstrap.host import Host


@pytest.fixture(scope="module")
def shared() -> Iterator[Host]:
    with Host() as host:
        yield host


def fails(host: Host, source: str, name: str = "eval", **values: object) -> RemoteError:
    with pytest.raises(RemoteError) as caught:
        host.evaluate(source, name, **values)
    return caught.value


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
        ("({a:1,b:{c:[true,2n]}})", {"a": 1, "b": {"c": [True, BigInt(2)]}}),
        ("'multi\\nline'", "multi\nline"),
        ("'🐈‍⬛'", "🐈‍⬛"),
        ("Symbol.for('registered')", Symbol("registered")),
        ("let x = 1; x + 1", 2),
        ("Promise.resolve(7)", 7),
        ("new Promise(() => {}) && 5", 5),
        ("E(Far('Foo', { bar() { return 42; } })).bar()", 42),
        ("new Function('return 1')()", 1),
        ("({'@qclass': 'slot', x: 1})", {"@qclass": "slot", "x": 1}),
        ("M.string()", Tagged("match:string", [])),
        ("typeof fetch + typeof setTimeout + typeof process", "undefined" * 3),
        ("new TextDecoder().decode(new TextEncoder().encode('é'))", "é"),
        ("Object.isFrozen(harden({}))", True),
        ("HandledPromise.resolve(3)", 3),
    ],
)
def test_values(shared: Host, source: str, value: object) -> None:
    assert shared.evaluate(source) == value


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("() => 1", 'Remotables must be explicitly declared: "[Function <anon>]"'),
        ("new Map()", '"[Symbol(passStyle)]" property expected: (an object)'),
        ("new Date(0)", '"[Symbol(passStyle)]" property expected: (an object)'),
        ("new Uint8Array(3)", "Cannot pass mutable typed arrays like (an object)."),
        (
            "/re/",
            'cannot serialize Remotables with non-methods like "lastIndex" '
            "in (an object)",
        ),
        (
            "Symbol('unique')",
            "Only registered symbols or well-known symbols are passable: "
            '"[Symbol(unique)]"',
        ),
        ("[1,,3]", "1 property expected: (an object)"),
        (
            "({get x(){return 1}})",
            '"x" must not be an accessor property: (an object)',
        ),
    ],
)
def test_what_cannot_be_passed(shared: Host, source: str, message: str) -> None:
    error = fails(shared, source)
    assert (error.js_name, error.message) == ("Error", message)


def test_endowments_show_as_in_endo(shared: Host) -> None:
    assert shared.evaluate("Object.keys(globalThis)", x=1) == [
        *("assert", "console", "E", "Far", "makeExo", "M", "$id", "$cancelled"),
        "x",
    ]
    assert shared.evaluate("$id") == "id:1"


def test_names_are_given(shared: Host) -> None:
    assert shared.evaluate("a + b.c[0]", a=1, b={"c": [2]}) == 3
    odd: dict[str, object] = {"a-b": 5, "__proto__": 7, "globalThis": 1}
    assert shared.evaluate("Object.entries(this).slice(-2)", **odd) == [
        ["a-b", 5],
        ["__proto__", 7],
    ]


def test_every_evaluation_has_its_own_globals(shared: Host) -> None:
    shared.evaluate("globalThis.left = 1; let alsoLeft = 2; 0")
    assert shared.evaluate("typeof left + typeof alsoLeft") == "undefinedundefined"


def test_an_undefined_name_is_a_reference_error(shared: Host) -> None:
    error = fails(shared, "let a = 1;\nfoo + a")
    assert error.js_name == "ReferenceError"
    assert "foo" in error.message
    trace = shared.trace_of(error)
    assert (trace.file, trace.line) == ("eval", 2)


@pytest.mark.parametrize(
    ("source", "name", "message", "line"),
    [
        ("1;\n\nthrow Error('sync boom')", "Error", "sync boom", 3),
        ("(() => {\n throw TypeError('typed') })()", "TypeError", "typed", 2),
        ("assert(false)", "Error", "Check failed", 1),
        ("\nassert.fail('with details')", "Error", "with details", 2),
        ("Promise.reject(\nError('later'))", "Error", "later", 2),
        ("let a;\n\nlet b = (;", "SyntaxError", "missing )", 3),
    ],
)
def test_errors_and_their_places(
    shared: Host, source: str, name: str, message: str, line: int
) -> None:
    error = fails(shared, source, "file.js")
    assert (error.js_name, error.message) == (name, message)
    trace = shared.trace_of(error)
    assert (trace.name, trace.message) == (name, message)
    assert (trace.file, trace.line) == ("file.js", line)
    assert "50-evaluate" not in trace.stack


def test_error_ids_count_and_name_the_worker(shared: Host) -> None:
    first = fails(shared, "throw Error('one')").error_id or ""
    second = fails(shared, "throw Error('two')").error_id or ""
    name, _, number = first.rpartition("#")
    assert name.startswith("error:captp:Worker-")
    assert second == f"{name}#{int(number) + 1}"
    assert shared.one.traces[first].message == "one"
    assert shared.one.traces[second].message == "two"


def test_an_error_inside_data_is_traced(shared: Host) -> None:
    value = shared.evaluate("\n({e: Error('nested')})")
    assert shared.trace_of(value["e"]).line == 2


def test_thrown_data_is_data(shared: Host) -> None:
    with pytest.raises(Thrown) as caught:
        shared.evaluate("throw {code: 5}")
    assert caught.value.value == {"code": 5}


def test_stack_shows_the_guests_frames_only(shared: Host) -> None:
    source = "function inner() { throw Error('x') }\n[1].forEach(() => inner())"
    error = fails(shared, source, "pkg/a.js")
    frames = shared.trace_of(error).stack.split("\n")
    assert frames[0].strip() == "at inner (pkg/a.js:1)"
    assert frames[-1].strip().endswith("(pkg/a.js:2)")


def test_console_carries_the_evaluations_id(shared: Host) -> None:
    shared.one.lines.clear()
    shared.evaluate(
        "console.log('to worker log', {a: 1}); console.error(Error('e')), 1"
    )
    levels = [(line.level, line.tag) for line in shared.one.lines]
    assert levels == [("log", "id:1"), ("error", "id:1")]
    assert shared.one.lines[0].text == "to worker log { a: 1 }"
    assert shared.one.lines[1].text.startswith("Error: e\n    at (eval:1)")


def test_remotables_and_pipelining(shared: Host) -> None:
    counter = shared.one.send(
        "let n = 0; Far('Counter', { incr() { n += 1; return n } })"
    )
    answers = [shared.turns.send(counter, "incr") for _ in range(3)]
    assert [shared.wait(answer) for answer in answers] == [1, 2, 3]
    presence = shared.wait(counter)
    assert isinstance(presence, Presence)
    assert presence.iface == "Alleged: Counter"
    assert shared.evaluate("E(c).incr()", c=presence) == 4


def test_exo_and_guards(shared: Host) -> None:
    exo = shared.evaluate(
        "makeExo('Adder', M.interface('Adder', "
        "{ add: M.call(M.number(), M.number()).returns(M.number()) }), "
        "{ add: (a, b) => a + b })"
    )
    assert shared.wait(shared.turns.send(exo, "add", 1, 2)) == 3
    with pytest.raises(RemoteError, match=r"\(a string\) - Must be a number"):
        shared.wait(shared.turns.send(exo, "add", 1, "x"))
    with pytest.raises(RemoteError, match='target has no method "sub"'):
        shared.wait(shared.turns.send(exo, "sub", 1, 2))


def test_cancelled_is_a_promise_of_the_host(shared: Host) -> None:
    promise, resolver = make_promise(shared.turns)
    answer = shared.turns.send(
        shared.one.facet,
        *("evaluate", "$cancelled.then(v => v + 1)", [], [], "id", promise),
    )
    resolver.resolve(41)
    assert shared.wait(answer) == 42


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ((1, [], []), "expected a program as a string, got 1"),
        (("1", "a", []), "expected names and values as arrays, got 'a' and []"),
        (
            ("1", ["a"], []),
            "expected one value for each name, got 1 names and 0 values",
        ),
        (("1", [5], [5]), "expected a name as a string, got 5"),
        (("1", [], [], "i", None, 7), "expected the program's name as a string, got 7"),
    ],
)
def test_wrong_arguments_are_named(
    shared: Host, arguments: tuple[object, ...], text: str
) -> None:
    with pytest.raises(RemoteError) as caught:
        shared.wait(shared.turns.send(shared.one.facet, "evaluate", *arguments))
    assert (caught.value.js_name, caught.value.message) == ("TypeError", text)


@pytest.mark.parametrize("method", ["makeBundle", "makeUnconfined"])
def test_what_comes_later_says_so(shared: Host, method: str) -> None:
    with pytest.raises(RemoteError, match=f"{method} is not supported yet"):
        shared.wait(shared.turns.send(shared.one.facet, method, "x", None, None))


def run(host: Host, source: str, *args: object, powers: object = None) -> object:
    return host.wait(
        host.turns.send(
            host.one.facet, "importModule", source, "main.js", powers, list(args)
        )
    )


def test_a_module_is_run_with_powers_and_arguments(shared: Host) -> None:
    source = "const n = await 1;\nexport const main = (p, ...a) => [p, n, ...a];"
    assert run(shared, source, "x", 2, powers={"k": 1}) == [{"k": 1}, 1, "x", 2]
    source = "export async function main(c) { return E(c).get() }"
    powers = shared.evaluate("Far('P', { get: () => 'from powers' })")
    assert run(shared, source, powers=powers) == "from powers"


@pytest.mark.parametrize(
    ("source", "name", "text", "line"),
    [
        (
            "export const x = 1;",
            "TypeError",
            "expected main.js to export a function",
            0,
        ),
        ("import 'fs';", "TypeError", "main.js imports 'fs'; bundle it", 0),
        ("export * from './x.js';", "TypeError", "main.js imports './x.js'", 0),
        ("import a from 'b';", "TypeError", "main.js imports 'b'", 0),
        ("export const main = () => import('c');", "TypeError", "no import of 'c'", 0),
        ("\nexport default (;", "SyntaxError", "missing )", 2),
        ("\nthrow Error('at load');", "Error", "at load", 2),
        (
            "export const main = () => {\nthrow Error('in main') };",
            "Error",
            "in main",
            2,
        ),
    ],
)
def test_modules_that_fail(
    shared: Host, source: str, name: str, text: str, line: int
) -> None:
    with pytest.raises(RemoteError) as caught:
        run(shared, source)
    assert caught.value.js_name == name
    assert text in caught.value.message
    if line:
        trace = shared.trace_of(caught.value)
        assert (trace.file, trace.line) == ("main.js", line)


def test_terminate_answers_and_then_disconnects() -> None:
    with Host() as host:
        facet = host.one
        assert host.wait(host.turns.send(facet.facet, "terminate")) is Undefined
        host.wait(facet.session.on_disconnect.then(lambda _: None))
        assert b"CTP_DISCONNECT" in facet.received[-1]


def test_handled_rejections_are_not_reported(shared: Host) -> None:
    shared.one.rejections.clear()
    fails(shared, "Promise.reject(Error('handled by the host'))")
    shared.evaluate("E(Far('F', {})).nothing().catch(e => 1)")
    assert shared.one.rejections == []
    shared.evaluate("\nPromise.reject(Error('nobody listens')); 1")
    (rejection,) = shared.one.rejections
    assert (rejection.message, rejection.line) == ("nobody listens", 2)


def test_cancel_rejects_what_a_program_looks_at(shared: Host) -> None:
    def ask(source: str, number: str) -> object:
        send = shared.turns.send
        return shared.wait(send(shared.one.facet, "evaluate", source, [], [], number))

    def cancel(number: str, reason: str) -> None:
        send = shared.turns.send
        shared.wait(send(shared.one.facet, "cancel", number, JSError(reason)))

    shared.one.rejections.clear()
    watcher = ask(
        "let told; $cancelled.catch(e => { told = e.message }); "
        "Far('W', { told: () => told, same: () => $cancelled === $cancelled })",
        "watching",
    )
    late = ask("Far('L', { look: () => $cancelled.catch(e => e.message) })", "late")
    cancel("watching", "enough")
    cancel("late", "too late")
    cancel("watching", "again")
    cancel("nobody", "nothing")
    send = shared.turns.send
    assert shared.wait(send(watcher, "told")) == "enough"
    assert shared.wait(send(watcher, "same")) is True
    assert shared.wait(send(late, "look")) == "too late"
    assert shared.one.rejections == []
