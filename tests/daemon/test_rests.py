"""Rests of workers without a world: every order in which things can happen."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from engo.captp import JSError, Promise, Undefined
from engo.daemon.settings import Settings
from engo.worker.errors import WorkerDied

from .fake_outside import Fake, FakeBody, number_of, start_daemon

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[Fake]:
    with Fake(tmp_path, Settings("wasm", 60.0)) as found:
        start_daemon(found)
        yield found


def evaluate(fake: Fake, source: str, *values: str, name: object = Undefined) -> object:
    return fake.wait(evaluating(fake, source, *values, name=name))


def evaluating(
    fake: Fake, source: str, *values: str, name: object = Undefined, worker: str = "w"
) -> Promise:
    names = [f"v{index}" for index in range(len(values))]
    return fake.call("evaluate", worker, source, names, list(values), name)


def up(fake: Fake, counter: object) -> Promise:
    promise = fake.turns.send(counter, "up")
    fake.settle()
    return promise


def body(fake: Fake) -> FakeBody:
    (found,) = fake.bodies
    return found


def suspended(fake: Fake) -> object:
    """A counter in a worker `w` that is suspended."""
    counter = evaluate(fake, "counter", name="c")
    assert up(fake, counter).value == 1
    fake.wait(fake.call("suspendWorker", "w"))
    assert fake.bodies == []
    assert list(fake.files) == [f"{number_of(fake, 'w')}.1"]
    return counter


def test_a_message_resumes_it_and_nobody_notices(fake: Fake) -> None:
    counter = suspended(fake)
    assert fake.state_of("w") == "suspended"
    assert up(fake, counter).value == 2
    assert fake.files == {}
    assert fake.state_of("w") == "idle"
    fake.wait(fake.call("suspendWorker", "w"))
    assert list(fake.files) == [f"{number_of(fake, 'w')}.2"]
    assert up(fake, counter).value == 3
    assert evaluate(fake, "call", "c") == 4


def test_its_tables_are_kept_beside_it_with_names(fake: Fake) -> None:
    evaluate(fake, "counter", name="c")
    other = evaluating(fake, "counter", name="other", worker="v")
    assert fake.wait(other)
    never = evaluating(fake, "never", "other")
    suspending = fake.call("suspendWorker", "w")
    fake.wait(suspending)
    (kept,) = fake.files.values()
    tables = json.loads(kept[1])
    exports = [held.get("name") for held in tables["exports"].values()]
    assert fake.wait(fake.call("identify", "other")) in exports
    assert len(tables["questions"]) == 1
    assert never.state == "pending"
    assert [held["iface"] for held in tables["imports"].values()] == [
        "Alleged: Facet",
        "Alleged: Counter",
    ]


def test_an_outstanding_promise_is_settled_after_the_rest(fake: Fake) -> None:
    never = evaluating(fake, "never")
    machine = body(fake).machine
    fake.wait(fake.call("suspendWorker", "w"))
    fake.call("resumeWorker", "w")
    machine.pending[0].resolve("at last")
    fake.settle()
    assert never.value == "at last"


def test_idle_workers_are_suspended_and_busy_ones_are_not(fake: Fake) -> None:
    counter = evaluate(fake, "counter", name="c")
    fake.pass_time(50)
    assert up(fake, counter).value == 1
    fake.pass_time(50)
    assert fake.state_of("w") == "idle"
    body(fake).running = True
    fake.pass_time(500)
    assert fake.state_of("w") == "running"
    body(fake).running = False
    fake.pass_time(40)
    assert fake.bodies != []
    fake.pass_time(40)
    assert fake.state_of("w") == "suspended"
    fake.pass_time(1_000)
    assert up(fake, counter).value == 2
    fake.pass_time(100)
    assert fake.state_of("w") == "suspended"


def test_a_native_worker_is_never_suspended(fake: Fake) -> None:
    fake.wait(fake.call("spawnWorker", "n", "native"))
    evaluating(fake, "counter", worker="n")
    fake.pass_time(10_000)
    assert fake.state_of("n") == "idle"
    for method in ("suspendWorker", "resumeWorker"):
        with pytest.raises(JSError, match="engine native cannot be suspended; make"):
            fake.wait(fake.call(method, "n"))


def test_never_means_never(tmp_path: Path) -> None:
    with Fake(tmp_path, Settings("wasm", None)) as fake:
        start_daemon(fake)
        evaluate(fake, "counter")
        fake.pass_time(1e6)
        assert fake.state_of("w") == "idle"
        fake.wait(fake.call("suspendWorker", "w"))
        assert fake.state_of("w") == "suspended"


def test_many_idle_workers_are_suspended_a_few_at_a_time(fake: Fake) -> None:
    for index in range(10):
        fake.wait(evaluating(fake, "counter", worker=f"w{index}"))
    fake.hold("suspend")
    fake.pass_time(100)
    assert fake.held("suspend") == 4
    fake.release("suspend")
    assert len(fake.files) == 10


# ---- the list of workers


def test_workers_are_listed_by_every_name_that_leads_to_them(fake: Fake) -> None:
    for path in (["d"], ["d", "e"]):
        fake.wait(fake.call("makeDirectory", path))
    for path in (["w"], ["d", "w"], ["d", "e", "v"]):
        fake.wait(fake.call("spawnWorker", path, "wasm"))
    fake.wait(fake.call("copy", ["w"], ["d", "copy"]))
    fake.wait(fake.call("copy", ["d"], ["d", "e", "up"]))  # a way round
    fake.wait(fake.call("spawnWorker", ["PINS", "pinned"], "native"))
    records = fake.wait(fake.call("listWorkers"))
    assert [record["names"] for record in records] == [
        ["MAIN"],
        ["PINS.pinned"],
        ["d.copy", "w"],
        ["d.e.v"],
        ["d.w"],
        [],  # that of APPS
    ]
    assert {record["state"] for record in records} == {"idle", "absent"}
    assert [record["engine"] for record in records] == ["wasm", "native", *["wasm"] * 4]


def test_a_worker_of_one_program_is_listed_while_it_lives(fake: Fake) -> None:
    held = fake.wait(fake.call("evaluate", Undefined, "counter", [], [], Undefined))
    records = fake.wait(fake.call("listWorkers"))
    states = [record["state"] for record in records if not record["names"]]
    assert sorted(states) == ["absent", "idle"]  # the other is that of APPS
    assert up(fake, held).value == 1


def test_one_that_does_not_say_what_it_uses_is_not_waited_for(fake: Fake) -> None:
    evaluate(fake, "counter")
    fake.wait(fake.call("listWorkers"))
    fake.hold("usage")
    listing = fake.call("listWorkers")
    again = fake.call("listWorkers")
    assert fake.held("usage") == 1  # asked once
    assert listing.state == "pending"
    fake.pass_time(1)
    for promise in (listing, again):
        (record,) = [record for record in promise.value if record["names"] == ["w"]]
        assert record["heap"] == 1_000  # as it said last
        assert record["state"] == "idle"
    fake.release("usage", WorkerDied("it is gone"))
    assert fake.wait(fake.call("listWorkers"))


# ---- messages while it is being suspended


@pytest.mark.parametrize("step", ["suspend", "keep"])
def test_a_message_while_it_is_suspended_arrives(fake: Fake, step: str) -> None:
    counter = evaluate(fake, "counter", name="c")
    fake.hold(step)
    suspending = fake.call("suspendWorker", "w")
    assert fake.held(step) == 1
    asked = [up(fake, counter), up(fake, counter)]
    assert [promise.state for promise in asked] == ["pending", "pending"]
    fake.release(step)
    assert [promise.value for promise in asked] == [1, 2]
    assert suspending.value is Undefined
    assert fake.files == {}
    assert fake.state_of("w") == "idle"


@pytest.mark.parametrize("step", ["take", "continue"])
def test_messages_while_it_is_resumed_arrive(fake: Fake, step: str) -> None:
    counter = suspended(fake)
    fake.hold(step)
    first = up(fake, counter)
    second = up(fake, counter)
    assert fake.state_of("w") == "starting"
    assert fake.held(step) == 1
    fake.release(step)
    assert (first.value, second.value) == (2, 3)


def test_what_the_guest_says_while_it_is_suspended_arrives(fake: Fake) -> None:
    never = evaluating(fake, "never")
    fake.hold("suspend")
    suspending = fake.call("suspendWorker", "w")
    body(fake).machine.pending[0].resolve("said")
    fake.settle()
    assert never.value == "said"
    fake.release("suspend")
    assert suspending.value is Undefined
    assert fake.state_of("w") == "suspended"


def test_drops_do_not_wake_it(fake: Fake) -> None:
    counter = evaluate(fake, "counter")
    assert up(fake, counter).value == 1
    fake.wait(fake.call("suspendWorker", "w"))
    del counter
    fake.pass_time(1)
    assert fake.state_of("w") == "suspended"
    fake.wait(fake.call("resumeWorker", "w"))
    sizes = body(fake).machine.session.table_sizes()
    assert sizes["exports"] == 1  # the facet


# ---- asked twice, asked at odd moments


@pytest.mark.parametrize("step", ["suspend", "keep"])
def test_two_that_suspend_at_once(fake: Fake, step: str) -> None:
    evaluate(fake, "counter", name="c")
    fake.hold(step)
    both = [fake.call("suspendWorker", "w"), fake.call("suspendWorker", "w")]
    fake.pass_time(1_000)  # and it has idled for long
    assert fake.held(step) == 1
    fake.release(step)
    assert [promise.value for promise in both] == [Undefined, Undefined]
    assert fake.wait(fake.call("suspendWorker", "w")) is Undefined
    assert len(fake.files) == 1


def test_suspending_while_it_starts(fake: Fake) -> None:
    fake.hold("start")
    fake.call("spawnWorker", "w", "wasm")
    suspending = fake.call("suspendWorker", "w")
    assert suspending.state == "pending"
    fake.release("start")
    assert suspending.value is Undefined
    assert fake.state_of("w") == "suspended"


@pytest.mark.parametrize("step", ["suspend", "keep", "take", "continue"])
def test_resuming_at_any_moment(fake: Fake, step: str) -> None:
    counter = evaluate(fake, "counter", name="c")
    fake.hold(step)
    fake.call("suspendWorker", "w")
    resuming = [fake.call("resumeWorker", "w"), fake.call("resumeWorker", "w")]
    assert resuming[0].state == "pending"
    fake.release(step)
    assert [promise.value for promise in resuming] == [Undefined, Undefined]
    assert fake.wait(fake.call("resumeWorker", "w")) is Undefined
    assert up(fake, counter).value == 1


def test_suspending_while_it_is_resumed(fake: Fake) -> None:
    counter = suspended(fake)
    fake.hold("continue")
    asked = up(fake, counter)
    suspending = fake.call("suspendWorker", "w")
    fake.release("continue")
    assert suspending.value is Undefined
    assert asked.value == 2
    assert fake.state_of("w") == "suspended"


def test_what_was_not_started_is_neither_suspended_nor_resumed(fake: Fake) -> None:
    for method in ("suspendWorker", "resumeWorker"):
        with pytest.raises(JSError, match="has not been started: its next use"):
            fake.wait(fake.call(method, "MAIN"))
        with pytest.raises(JSError, match='Unknown pet name: "nobody"'):
            fake.wait(fake.call(method, "nobody"))
    fake.wait(fake.call("storeValue", 5, "five"))
    with pytest.raises(JSError, match='expected "five" to be a worker, found a mar'):
        fake.wait(fake.call("suspendWorker", "five"))


# ---- its end at odd moments


@pytest.mark.parametrize("step", ["suspend", "keep", "take", "continue", ""])
@pytest.mark.parametrize("how", ["cancel", "remove"])
def test_its_end_at_any_moment(fake: Fake, step: str, how: str) -> None:
    counter = evaluate(fake, "counter")
    assert up(fake, counter).value == 1
    if step in ("take", "continue"):
        fake.wait(fake.call("suspendWorker", "w"))
        fake.hold(step)
        waiting = up(fake, counter)
    elif step:
        fake.hold(step)
        waiting = fake.call("suspendWorker", "w")
    else:
        fake.wait(fake.call("suspendWorker", "w"))
        waiting = None
    del counter
    asked = evaluating(fake, "never") if how == "cancel" else None
    if how == "remove":
        fake.wait(fake.call("remove", "w"))
    else:
        fake.wait(fake.call("cancel", "w", "enough"))
    if step:
        fake.release(step)
    fake.settle()
    assert fake.files == {}
    assert [body for body in fake.bodies if not body.closed] == []
    if waiting is not None:
        assert waiting.state == "rejected"
    if asked is not None:
        assert str(asked.reason) == "enough"
    fake.call("suspendWorker", "w")
    assert evaluating(fake, "call", "c").state == "rejected"
    assert evaluate(fake, "counter")  # another machine, for all that


def test_its_death_while_it_is_suspended_is_an_end(fake: Fake) -> None:
    counter = evaluate(fake, "counter", name="c")
    fake.hold("suspend")
    suspending = fake.call("suspendWorker", "w")
    asked = up(fake, counter)
    body(fake).die("killed")
    fake.release("suspend")
    for promise in (suspending, asked):
        assert str(promise.reason) == (
            "the worker has ended: killed; its next use starts a new one"
        )
    assert evaluate(fake, "call", "c") == 1


def test_the_end_of_the_daemon_while_it_is_suspended(fake: Fake) -> None:
    counter = suspended(fake)
    fake.daemon.close()
    fake.settle()
    assert fake.files == {}
    assert str(up(fake, counter).reason) == "the daemon is ending"


# ---- failures


def test_one_that_cannot_be_suspended_goes_on(fake: Fake) -> None:
    counter = evaluate(fake, "counter", name="c")
    body(fake).running = True
    suspending = fake.call("suspendWorker", "w")
    body(fake).running = False
    assert str(suspending.reason) == "a crank runs"
    assert up(fake, counter).value == 1
    fake.pass_time(1_000)
    assert fake.state_of("w") == "suspended"


def test_a_full_disk_leaves_it_alive(fake: Fake) -> None:
    counter = evaluate(fake, "counter", name="c")
    fake.hold("keep")
    suspending = fake.call("suspendWorker", "w")
    asked = up(fake, counter)
    fake.release("keep", OSError("No space left on device"))
    assert asked.value == 1
    assert "could not be suspended: No space left" in str(suspending.reason)
    complaints = [line for line in fake.lines if "No space left" in line]
    assert len(complaints) == 1
    assert fake.state_of("w") == "idle"


def test_one_that_cannot_be_resumed_tells_all_who_wait(fake: Fake) -> None:
    counter = suspended(fake)
    fake.hold("continue")
    asked = [up(fake, counter), up(fake, counter), fake.call("resumeWorker", "w")]
    fake.release("continue", JSError("it is foreign"))
    for promise in asked:
        assert str(promise.reason) == "the worker could not be resumed: it is foreign"
    assert fake.files == {}
    assert evaluate(fake, "call", "c") == 1  # made again


def test_a_file_that_is_gone_is_such_a_failure(fake: Fake) -> None:
    counter = suspended(fake)
    fake.hold("take")
    asked = up(fake, counter)
    fake.release("take", OSError("No such file"))
    assert str(asked.reason) == "the worker could not be resumed: No such file"


def test_a_program_is_interrupted_in_its_own_crank_only(fake: Fake) -> None:
    """Numbers of cranks begin anew with a resumed machine."""
    first = evaluating(fake, "never", name="one")
    fake.wait(fake.call("suspendWorker", "w"))
    fake.wait(fake.call("resumeWorker", "w"))
    found = body(fake)
    found.running = True
    fake.call("cancel", "w")
    fake.pass_time(1)
    assert first.state == "rejected"
    assert not found.interrupted
