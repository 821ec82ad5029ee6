"""Memory prepared for images: what is in it, what goes on, what starts from it.

Images of the memory are what a host spawns and suspends with; their formats are not
the module's.
"""

from __future__ import annotations

import zlib
from typing import Any

import msgpack  # type: ignore[import-untyped]
import pytest

from engo.worker.snapshotfile import HEADER_BYTES
from tests.wasm.instance import (
    IMAGES,
    MIB,
    PAGE_BYTES,
    Instance,
    compiled,
    records_of,
)

START: dict[str, Any] = {"seed": bytes(range(32)), "now": 5.0, "image": True}
# One of each thing that is difficult to keep: all are in the middle of something.
BUSY = """
globalThis.key = {};
globalThis.map = new Map([[key, 1], [{}, 2]]);
globalThis.weak = new WeakMap([[key, 'weak']]);
globalThis.log = [];
globalThis.sleeper = (async () => {
  try { log.push(await new Promise(go => { globalThis.wake = go; })); }
  finally { log.push('finally'); }
  return log.join();
})();
globalThis.steps = (function* () {
  try { yield 1; yield 2; } finally { log.push('closed'); }
})();
steps.next().value;
"""
GO_ON = """
wake('woken');
[map.get(key), map.size, weak.get(key), steps.next().value,
  steps.return(7).value].join()
"""


@pytest.fixture(scope="module")
def module() -> tuple[Any, Any]:
    """An engine and the compiled module."""
    return compiled()


@pytest.fixture(scope="module")
def snapshot(module: tuple[Any, Any]) -> bytes:
    """A snapshot of a machine without a bootstrap."""
    made = Instance(*module)
    made.start()
    made.evaluate("globalThis.there = [1, 2, 3]")
    return made.snapshot()


@pytest.fixture(scope="module")
def base(module: tuple[Any, Any], snapshot: bytes) -> bytes:
    """The canonical image: of a machine that has read a snapshot and nothing more."""
    made = Instance(*module)
    made.start(snapshot)
    return made.picture(adopt=True)


def different(one: bytes, other: bytes) -> list[bytes]:
    """The pages of `other` that `one` does not have."""
    spans = range(0, len(other), PAGE_BYTES)
    one = one.ljust(len(other), b"\0")
    return [
        other[at : at + PAGE_BYTES]
        for at in spans
        if one[at : at + PAGE_BYTES] != other[at : at + PAGE_BYTES]
    ]


def test_start_adopts_the_machine_of_an_image(
    module: tuple[Any, Any], base: bytes
) -> None:
    made = Instance(*module, base)
    ready = made.start(**START)[-1]
    assert (ready["op"], ready["version"]) == ("ready", 1)
    assert made.evaluate("[6 * 7, Date.now()].join()")["value"] == "42,5"
    assert made.page()[3:5] == (1, 1)
    assert made.call("stack") == 4096


def test_adopting_restores_as_a_snapshot_does(
    module: tuple[Any, Any], base: bytes, snapshot: bytes
) -> None:
    source = "[Math.random(), new Error('x').stack, Object.keys(globalThis)].join()"
    adopted, restored = Instance(*module, base), Instance(*module)
    adopted.start(**START)
    restored.start(snapshot, **START)
    answer = adopted.evaluate(source)
    assert answer["op"] == "result"
    assert answer == restored.evaluate(source)


def test_a_seed_repeats_and_another_does_not(
    module: tuple[Any, Any], base: bytes
) -> None:
    said = []
    for seed in (bytes(32), bytes(32), bytes(range(32))):
        made = Instance(*module, base)
        made.start(**{**START, "seed": seed})
        said.append(made.evaluate("Math.random()")["value"])
    assert said[0] == said[1] != said[2]


@pytest.mark.parametrize(
    ("limits", "source", "reason"),
    [
        ({"meter": 100_000}, "for (;;);", "too much computation"),
        ({"heap": 8 * MIB}, "const l = []; for (;;) l.push([1])", "memory full"),
    ],
)
def test_limits_of_the_start_hold(
    module: tuple[Any, Any],
    base: bytes,
    limits: dict[str, int],
    source: str,
    reason: str,
) -> None:
    made = Instance(*module, base)
    made.start(**START, **limits)
    assert made.evaluate("1 + 1")["value"] == 2
    said = made.evaluate(source)
    assert (said["op"], said["reason"]) == ("abort", reason)


def test_an_image_larger_than_the_heap_limit_is_refused(
    module: tuple[Any, Any],
) -> None:
    large = Instance(*module)
    large.start()
    large.evaluate("globalThis.kept = Array.from({ length: 3e5 }, (_, i) => [i])")
    made = Instance(*module, large.picture(adopt=True))
    assert made.start(**START, heap=4 * MIB)[-1]["op"] == "fatal"


def test_equal_preparations_are_equal(
    module: tuple[Any, Any], base: bytes, snapshot: bytes
) -> None:
    made = Instance(*module)
    made.start(snapshot)
    assert made.picture(adopt=True) == base
    again = Instance(*module, base)
    again.start(**START)
    one = again.picture(adopt=False)
    assert again.picture(adopt=False) == one


def test_a_machine_goes_on_after_a_preparation(
    module: tuple[Any, Any], base: bytes
) -> None:
    made = Instance(*module, base)
    made.start(**START)
    assert made.evaluate(BUSY)["value"] == 1
    status, said = made.control(op="evaluate", id=9, source="sleeper")
    assert (status, said[-1]["op"]) == (0, "pending")
    before = made.page()
    state = made.picture(adopt=False)
    assert made.page() == before
    for machine in (made, Instance(*module, state)):
        answers = machine.control(op="evaluate", id=10, source=GO_ON)[1]
        by_id = {one["id"]: one["value"] for one in answers}
        assert by_id == {9: "closed,woken,finally", 10: "1,2,weak,2,7"}


def test_pending_commands_are_lost_by_adoption_only(module: tuple[Any, Any]) -> None:
    made = Instance(*module)
    made.start()
    made.evaluate("globalThis.said = engoPostCommand(new Uint8Array(1)).then("
                  "b => b.byteLength, e => e.message)")  # fmt: skip
    going_on = Instance(*module, made.picture(adopt=False))
    going_on.control(op="reply", id=1, data=b"123")
    assert going_on.evaluate("said")["value"] == 3
    adopted = Instance(*module, made.picture(adopt=True))
    adopted.start(**START)
    assert "restored from a snapshot" in adopted.evaluate("said")["value"]


@pytest.mark.parametrize("times", [1, 100, 300])
def test_little_work_changes_few_pages(module: tuple[Any, Any], times: int) -> None:
    restored = Instance(*module)
    restored.start((IMAGES / "bare.wasm-snapshot").read_bytes()[HEADER_BYTES:])
    base = restored.picture(adopt=True)
    made = Instance(*module, base)
    made.start(**START)
    for number in range(times):
        said = made.evaluate(f"globalThis.x{number % 3} = {{ a: {number} }}; 1 + 1")
        assert said["value"] == 2
    pages = different(base, made.picture(adopt=False))
    assert len(pages) <= 20
    assert len(zlib.compress(b"".join(pages))) <= 16_384


def test_chunks_of_an_image_stay_in_their_places(module: tuple[Any, Any]) -> None:
    large = Instance(*module)
    large.start()
    # Tables that will be made anew, in front of half a megabyte of strings.
    large.evaluate("globalThis.early = Array.from({ length: 9 }, () => new Map());"
                   "globalThis.late = Array.from({ length: 99 }, (_, i) =>"
                   " String(i).repeat(3000)); 1")  # fmt: skip
    base = large.picture(adopt=True)
    made = Instance(*module, base)
    made.start(**START)
    source = "for (const map of early) for (let i = 0; i < 64; i++) map.set(i, i);"
    made.evaluate(source)
    state = made.picture(adopt=False)
    assert len(different(base, state)) <= 40
    again = Instance(*module, state)
    assert again.evaluate("engoCollect(); late.join('').length")["value"] == 564_000
    assert again.evaluate("early.map(m => m.get(63)).join('')")["value"] == "63" * 9
    # An image of this machine is of one piece once more.
    next_base = made.picture(adopt=True)
    last = Instance(*module, next_base)
    last.start(**START)
    assert last.evaluate("late.join('').length")["value"] == 564_000


def test_free_slots_come_back_page_by_page(
    module: tuple[Any, Any], base: bytes
) -> None:
    made = Instance(*module, base)
    made.start(**START)
    grow = "globalThis.rows = Array.from({ length: 4e4 }, (_, i) => ({ i })); 1"
    made.evaluate(grow)
    made.evaluate("rows.length = 100")
    pages = different(base, made.picture(adopt=False))
    # Blocks of free slots, megabytes of them, are zero.
    assert len(zlib.compress(b"".join(pages))) < 20_000
    made.evaluate(grow)
    assert made.evaluate("rows.reduce((s, r) => s + r.i, 0)")["value"] == 799_980_000
    assert made.evaluate("engoCollect(); rows[39999].i")["value"] == 39_999


def test_nothing_is_left_of_what_was_freed(
    module: tuple[Any, Any], base: bytes
) -> None:
    made = Instance(*module, base)
    made.start(**START)
    # Through every place that keeps bytes: record, inbox, parser, string, RegExp, JSON.
    text = "remember" * 40_000
    made.evaluate(f"/rem{text[:999]}/.test(JSON.parse(JSON.stringify('{text}'))); 1")
    assert b"rememberremember" not in made.picture(adopt=False)


def test_a_machine_that_has_not_started_or_has_ended_cannot_be_prepared(
    module: tuple[Any, Any],
) -> None:
    made = Instance(*module)
    assert made.call("prepare", 1) == 0
    made.start()
    assert made.control(op="exit")[0] == 1
    assert made.call("prepare", 0) == 0


def test_a_half_received_message_cannot_be_prepared(module: tuple[Any, Any]) -> None:
    made = Instance(*module)
    made.start()
    source = "'" + "x" * 70_000 + "'.length"
    message = msgpack.packb({"op": "evaluate", "id": 1, "source": source})
    first, last = records_of(0, message)
    made.put(first)
    assert made.call("prepare", 0) == 0
    made.put(last)
    assert made.messages()[-1]["value"] == 70_000
    assert made.call("prepare", 0) == 1


def test_a_running_crank_cannot_be_prepared(module: tuple[Any, Any]) -> None:
    made = Instance(*module)
    made.start()
    said = []

    def answer(call: dict[str, Any]) -> dict[str, Any]:
        said.append(made.call("prepare", 0))
        return {"op": "reply", "id": call["id"], "data": b""}

    made.on_call = answer
    made.evaluate("engoIssueCommand(new Uint8Array(1))")
    assert said == [0]
    assert made.call("prepare", 0) == 1


def test_a_prepared_image_takes_only_a_start_from_an_image(
    module: tuple[Any, Any], base: bytes
) -> None:
    early, bare = Instance(*module, base), Instance(*module, base)
    assert early.evaluate("1")["op"] == "fatal"
    assert early.call("prepare", 0) == 0
    assert bare.start(**{**START, "image": False})[-1]["op"] == "fatal"
    assert Instance(*module, base).call("prepare", 1) == 0


def test_start_twice_is_refused_after_adoption_too(
    module: tuple[Any, Any], base: bytes
) -> None:
    made = Instance(*module, base)
    made.start(**START)
    assert made.start(**START)[-1]["op"] == "fatal"


def test_the_page_is_alone_in_its_part_of_the_memory(module: tuple[Any, Any]) -> None:
    made = Instance(*module)
    at = made.call("page")
    assert at % PAGE_BYTES == 0
    made.start()
    made.evaluate("1 + 1")
    read = made.memory.read(made.store, at, at + PAGE_BYTES)
    assert not any(read[40:])
