"""XSnap as a WebAssembly module does what the native one does, over its scratches."""

from __future__ import annotations

from typing import Any

import pytest

from tests.wasm.instance import MIB, Instance, Message, compiled

TRY = """
function* numbers() {
  try { yield 1; yield 2; throw new Error('three'); }
  catch (error) { yield error.message; }
  finally { yield 'last'; }
}
let caught = 0;
for (let i = 0; i < 100; i++) {
  try { try { throw i; } finally { caught++; } } catch (e) { caught += e; }
}
[...numbers(), caught].join();
"""
CAUGHT = 100 + sum(range(100))


@pytest.fixture(scope="module")
def module() -> tuple[Any, Any]:
    """An engine and the compiled module; compiling takes more than a second."""
    return compiled()


@pytest.fixture
def instance(module: tuple[Any, Any]) -> Instance:
    """A machine that has started bare."""
    made = Instance(*module)
    assert made.start()[-1]["op"] == "ready"
    return made


def test_two_functions_are_all_that_it_imports(module: tuple[Any, Any]) -> None:
    imports = [(one.module, one.name) for one in module[1].imports]
    assert imports == [("engo", "emit"), ("engo", "wait")]


def test_ready_names_the_build(module: tuple[Any, Any]) -> None:
    made = Instance(*module)
    (ready,) = made.start()
    at = made.call("build")
    text = made.memory.read(made.store, at, at + len(ready["build"]) + 1)
    assert ready["version"] == 1
    assert bytes(text) == ready["build"].encode() + b"\0"


def test_a_program_is_evaluated(instance: Instance) -> None:
    assert instance.evaluate("6 * 7")["value"] == 42
    state, cranks = instance.page()[3:5]
    assert (state, cranks) == (1, 1)


def test_extensions_are_installed(instance: Instance) -> None:
    said = instance.evaluate("new TextDecoder().decode(new TextEncoder().encode('hé'))")
    assert said["value"] == "hé"
    assert instance.evaluate("typeof Base64")["value"] in ("object", "function")


def test_try_generators_and_finally(instance: Instance) -> None:
    assert instance.evaluate(TRY)["value"] == f"1,2,three,last,{CAUGHT}"


def test_an_error_is_described(instance: Instance) -> None:
    said = instance.evaluate("\nthrow new TypeError('no')")
    assert (said["op"], said["name"], said["message"], said["line"]) == (
        "error", "TypeError", "no", 2,
    )  # fmt: skip


def test_a_promise_is_awaited(instance: Instance) -> None:
    source = (
        "(async () => { try { await Promise.reject(5) } catch (e) { return e } })()"
    )
    assert instance.evaluate(source)["value"] == 5


def test_a_message_of_many_records(instance: Instance) -> None:
    text = "x" * 200_000
    assert instance.evaluate(f"'{text}'")["value"] == text


def test_a_guest_waits_for_its_host(instance: Instance) -> None:
    def answer(call: Message) -> Message:
        assert call["sync"] is True
        return {"op": "reply", "id": call["id"], "data": call["data"] * 2}

    instance.on_call = answer
    source = "engoIssueCommand(new Uint8Array([1, 2])).byteLength"
    assert instance.evaluate(source)["value"] == 4


@pytest.mark.parametrize(
    ("limits", "source", "reason"),
    [
        ({"meter": 100_000}, "for (;;);", "too much computation"),
        ({"heap": 8 * MIB}, "const l = []; for (;;) l.push([1])", "memory full"),
        ({}, "const f = () => 1 + f(); f()", "stack overflow"),
    ],
)
def test_limits_end_the_machine(
    module: tuple[Any, Any], limits: dict[str, int], source: str, reason: str
) -> None:
    made = Instance(*module)
    made.start(**limits)
    said = made.evaluate(source)
    assert (said["op"], said["reason"]) == ("abort", reason)
    assert made.call("deliver", 1) == 70


def test_an_interrupt_ends_the_machine(instance: Instance) -> None:
    at = instance.call("page") + 4
    instance.memory.write(instance.store, b"\1", at)
    said = instance.evaluate("for (;;);")
    assert (said["op"], said["reason"]) == ("abort", "interrupted")


def test_a_broken_record_is_told(instance: Instance) -> None:
    assert instance.deliver(0, b"\xc1") == 65
    assert instance.messages()[-1]["op"] == "fatal"


def test_a_snapshot_continues_in_another_instance(
    module: tuple[Any, Any], instance: Instance
) -> None:
    instance.evaluate(
        "const kept = new Map([[{}, 1]]); function* g() { try { yield 1; yield 2 }"
        " finally { kept.clear() } } const it = g(); it.next()"
    )
    body = instance.snapshot()
    assert instance.snapshot() == body
    other = Instance(*module)
    assert other.start(body)[-1]["op"] == "ready"
    said = other.evaluate(
        "[kept.size, it.next().value, it.next().done, kept.size] + ''"
    )
    assert said["value"] == "1,2,true,0"


def test_a_damaged_snapshot_is_refused(
    module: tuple[Any, Any], instance: Instance
) -> None:
    body = bytearray(instance.snapshot())
    body[4:8] = b"XXXX"
    other = Instance(*module)
    assert other.start(bytes(body))[-1]["op"] == "fatal"


def test_equal_inputs_give_equal_machines(module: tuple[Any, Any]) -> None:
    bodies = []
    for _ in range(2):
        made = Instance(*module)
        made.start()
        made.evaluate("globalThis.r = [Math.random(), Date.now()]")
        bodies.append(made.snapshot())
    assert bodies[0] == bodies[1]
