"""The library's guest in both images: what lasts, deliveries, commands, errors."""

from collections.abc import Iterator

import pytest

from engo.worker.blocking import Worker
from engo.worker.errors import GuestError


@pytest.fixture(params=["bare", "endo"])
def guest(request: pytest.FixtureRequest) -> Iterator[Worker]:
    with Worker(image=request.param, on_call=lambda data: data[::-1]) as worker:
        yield worker


def test_declarations_last(guest: Worker) -> None:
    guest.evaluate("let a = 1; const b = 2; function f() { return a + b }")
    assert guest.evaluate("a += 10; f()") == 13


@pytest.mark.parametrize(
    "definition",
    [
        "function handleCommand(data) { return data }",
        "const handleCommand = data => data",
        "globalThis.handleCommand = async data => data",
    ],
)
def test_a_handler_may_be_declared_in_any_way(guest: Worker, definition: str) -> None:
    guest.evaluate(definition)
    assert guest.deliver(b"\x00\xffbytes") == b"\x00\xffbytes"


def test_the_handler_is_looked_up_at_each_delivery(guest: Worker) -> None:
    guest.evaluate("globalThis.handleCommand = () => 1")
    assert guest.deliver(b"") == 1
    guest.evaluate("globalThis.handleCommand = () => 2")
    assert guest.deliver(b"") == 2


def test_no_handler_is_named(guest: Worker) -> None:
    with pytest.raises(GuestError, match="expected a function handleCommand"):
        guest.deliver(b"")
    guest.evaluate("globalThis.handleCommand = 5")
    with pytest.raises(GuestError, match="to deliver to, got 5"):
        guest.deliver(b"")


def test_commands_go_to_the_host(guest: Worker) -> None:
    guest.evaluate(
        "const text = b => new TextDecoder().decode(new Uint8Array(b));"
        "const bytes = t => new TextEncoder().encode(t);"
    )
    assert guest.evaluate("text(issueCommand(bytes('abc')))") == "cba"
    assert guest.evaluate("text(issueCommand(bytes('xyz').buffer))") == "zyx"
    assert guest.evaluate("postCommand(bytes('later')).then(text)") == "retal"


def test_a_failed_command_is_an_error_of_the_guest() -> None:
    def refuse(_: bytes) -> bytes:
        raise ValueError("not today")

    with Worker(image="bare", on_call=refuse) as guest:
        assert "not today" in guest.evaluate(
            "try { issueCommand(new ArrayBuffer(0)) } catch (e) { e.message }"
        )
        assert "not today" in guest.evaluate(
            "postCommand(new ArrayBuffer(0)).catch(e => e.message)"
        )


@pytest.mark.parametrize(
    ("source", "name", "message", "line"),
    [
        ("1;\nthrow Error('boom')", "Error", "boom", 2),
        ("let a;\n\nlet b = (;", "SyntaxError", "missing )", 3),
        ("\n\nPromise.reject(TypeError('late'))", "TypeError", "late", 3),
    ],
)
def test_errors_carry_their_place(
    guest: Worker, source: str, name: str, message: str, line: int
) -> None:
    with pytest.raises(GuestError) as caught:
        guest.evaluate(source, "dir/prog.js")
    error = caught.value
    assert (error.name, error.message) == (name, message)
    assert (error.file, error.line) == ("dir/prog.js", line)


def test_a_guest_has_its_tools(guest: Worker) -> None:
    found = guest.evaluate(
        "[typeof console.log, typeof harden, typeof TextEncoder, typeof Compartment]"
    )
    assert found == ["function"] * 4
    has_endo = guest.evaluate(
        "typeof E === 'function' && typeof makeExo === 'function'"
    )
    assert guest.evaluate("typeof M") == ("object" if has_endo else "undefined")
