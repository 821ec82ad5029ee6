"""Snapshots: what survives, what is refused, and that the same heap is the same
bytes."""

import json
import random

import pytest

from tests.native.guest_programs import expected, script
from tests.native.link_driver import Driver

SETUP = """
globalThis.count = 1;
globalThis.later = new Promise(r => { globalThis.resolve = r }).then(v => v * 2);
function* steps() { try { yield 1; yield 2 } finally { count = 9 } }
globalThis.stepper = steps();
stepper.next();
globalThis.weak = new WeakMap([[globalThis.key = {}, 'w']]);
globalThis.big = 2n ** 70n;
globalThis.map = new Map([['k', Symbol.for('s')]]);
globalThis.box = new Compartment({globals: {n: 5}});
globalThis.bytes = new TextEncoder().encode('bytes');
globalThis.engoOnEvaluate = (s, n) => engoEvaluateNamed(undefined, s, n);
1
"""


@pytest.fixture(scope="module")
def image() -> bytes:
    with Driver() as worker:
        assert worker.evaluate(SETUP)["value"] == 1
        return worker.snapshot()


def test_everything_goes_on_in_the_restored_machine(image: bytes) -> None:
    source = """[count, stepper.next().value, stepper.return().done, count,
      weak.get(key), String(big), Symbol.keyFor(map.get('k')), box.evaluate('n'),
      new TextDecoder().decode(bytes)]"""
    with Driver(image=image) as worker:
        assert worker.ready["op"] == "ready"
        got = json.loads(worker.evaluate(source)["json"])
        assert got == [1, 2, True, 9, "w", str(2**70), "s", 5, "bytes"]
        assert worker.evaluate("resolve(21); later")["value"] == 42


def test_a_value_of_each_kind_is_restored_as_it_was() -> None:
    """Repair v20_snapshot_reading reads most kinds by a table."""
    program = "globalThis.print = () => {};" + script("speed/snapshot-kinds")
    with Driver() as worker:
        worker.evaluate(program)
        before = worker.evaluate("look()")["value"]
        image = worker.snapshot()
    assert f"{before}\n" == expected("speed/snapshot-kinds")
    with Driver(image=image) as worker:
        assert worker.evaluate("look()")["value"] == before
        assert worker.evaluate("settle(5); kept.late")["value"] == 5
        assert worker.evaluate("kept.running.return().value")["value"] == 3
        assert worker.evaluate("kept.fn(1)")["value"] == 2


def test_the_written_machine_goes_on(image: bytes) -> None:
    with Driver() as worker:
        worker.evaluate(SETUP)
        assert worker.snapshot() == image
        assert worker.evaluate("resolve(1); later")["value"] == 2


def test_reading_and_writing_again_is_the_same(image: bytes) -> None:
    with Driver(image=image) as worker:
        again = worker.snapshot()
    with Driver(image=again) as worker:
        assert worker.snapshot() == again


def test_a_request_of_the_written_machine_answers_nobody(image: bytes) -> None:
    with Driver() as worker:
        worker.evaluate("new Promise(r => { globalThis.r = r })", 7)
        waiting = worker.snapshot()
        worker.control(op="evaluate", id=8, source="r(1); 1")
        assert {worker.next()["id"], worker.next()["id"]} == {7, 8}
    with Driver(image=waiting, seed=b"x" * 32) as worker:
        worker.control(op="evaluate", id=8, source="r(1); 1")
        assert worker.next()["id"] == 8
        assert worker.ask(op="status", id=9)["op"] == "result"


def test_commands_under_way_are_rejected_in_the_restored_machine() -> None:
    post = "engoPostCommand(new ArrayBuffer(1))"
    with Driver() as worker:
        source = f"globalThis.p = {post}; globalThis.q = {post}; p.catch(() => 0); 1"
        worker.evaluate(source)
        image = worker.snapshot()
    with Driver(image=image) as worker:
        assert worker.next()["op"] == "rejection"  # of q, which nobody handles
        got = worker.evaluate("p")
        assert (got["op"], got["name"]) == ("error", "Error")
        assert "restored" in got["message"]
        worker.control(op="evaluate", id=3, source=post)
        worker.control(op="reply", id=worker.next()["id"], data=b"new")
        assert worker.answer(3)["op"] == "pending"
        assert worker.next()["value"] == b"new"
        assert worker.snapshot()


def test_what_a_heap_grows_by_is_the_same_in_every_process() -> None:
    source = """
      globalThis.kept = [];
      for (let i = 0; i < 300; i++) kept[i % 40] = 'x'.repeat(i * 1000) + i;
      globalThis.bytes = new Uint8Array(2e6); 1"""
    images = []
    for _ in range(2):
        with Driver() as worker:
            worker.evaluate(source)
            images.append(worker.snapshot())
    assert images[0] == images[1]


def test_chunks_are_one_record_each() -> None:
    with Driver() as worker:
        worker.evaluate("globalThis.a = []; for (let i = 0; i < 1e5; i++) a.push({i})")
        before = len(worker.records)
        body = worker.snapshot()
        assert len(worker.records) - before <= len(body) / 64_000 + 2


def test_a_heap_that_cannot_be_written_says_so() -> None:
    with Driver() as worker:
        worker.evaluate("globalThis.s = new SharedArrayBuffer(8); 1")
        worker.control(op="snapshot", id=3)
        assert worker.answer(3)["op"] == "error"
        assert worker.evaluate("delete globalThis.s; 2")["value"] == 2


def refused(image: bytes) -> str:
    with Driver(image=image) as worker:
        assert worker.ready["op"] == "fatal"
        assert worker.status() == 66
        return str(worker.ready["message"])


@pytest.mark.parametrize("keep", [0.0, 0.001, 0.5, 0.99])
def test_a_truncated_snapshot_is_refused(image: bytes, keep: float) -> None:
    refused(image[: int(len(image) * keep)])


def test_a_foreign_signature_or_version_is_refused(image: bytes) -> None:
    refused(image.replace(b"engo-1", b"xsnap1", 1))
    version = bytearray(image)
    version[image.index(b"VERS") + 4] ^= 1
    refused(bytes(version))


def test_a_missing_snapshot_is_refused() -> None:
    with Driver(start=False) as worker:
        worker.start(image=True)
        assert worker.ready["op"] == "fatal"
        assert worker.status() == 66


def test_wrong_sizes_of_atoms_are_refused(image: bytes) -> None:
    """Only accidents are caught here; forgery is the digest's matter."""
    chance = random.Random(7)
    for name in (b"SIGN", b"CREA", b"BLOC", b"HEAP", b"STAC", b"KEYS", b"NAME"):
        at = image.index(name) - 4
        damaged = bytearray(image)
        damaged[at : at + 4] = chance.randbytes(4)
        refused(bytes(damaged))


def test_a_heap_limit_below_the_snapshot_is_said() -> None:
    with Driver() as worker:
        worker.evaluate(
            "globalThis.a = []; for (let i = 0; i < 2e5; i++) a.push({i}); 1"
        )
        image = worker.snapshot()
    with Driver(image=image, heap=4 << 20) as worker:
        assert worker.ready["op"] in ("fatal", "abort")
        assert worker.status() in (70, 71)


def test_a_deleted_key_stays_deleted() -> None:
    """Maps keep dead entries for a while, which a restored table must not hold."""
    setup = """
      globalThis.map = new Map(); globalThis.set = new Set();
      for (let i = 0; i < 50; i++) { map.set(i, -i); set.add(i); }
      for (const i of [49, 7, 30, 8]) { map.delete(i); set.delete(i); }
      globalThis.rest = map.keys(); for (let i = 0; i < 46; i++) rest.next();
      engoCollect(); 1
    """
    ask = """
      [map.has(undefined), map.has(7), map.size, set.has(undefined), set.size,
       map.set(undefined, 'new').get(undefined), rest.next().done, [...map].length]
    """
    with Driver() as worker:
        worker.evaluate(setup)
        image = worker.snapshot()
        here = worker.evaluate(ask)["json"]
    with Driver(image=image) as worker:
        assert worker.snapshot() == image
        assert worker.evaluate(ask)["json"] == here
    assert json.loads(here) == [False, False, 46, False, 46, "new", False, 47]
