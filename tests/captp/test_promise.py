"""Promises and turns: order, settling once, following, and calls on promises."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from engo.captp import (
    Far,
    FarFunction,
    JSTypeError,
    Promise,
    Turns,
    Undefined,
    make_promise,
)

if TYPE_CHECKING:
    from collections.abc import Coroutine


def test_reactions_run_in_later_turns_and_in_order() -> None:
    turns = Turns()
    promise, resolver = make_promise(turns)
    seen: list[object] = []
    promise.when(lambda value: seen.append(("first", value)), seen.append)
    promise.when(lambda value: seen.append(("second", value)), seen.append)
    resolver.resolve(1)
    assert seen == []
    promise.when(lambda value: seen.append(("third", value)), seen.append)
    turns.run()
    assert seen == [("first", 1), ("second", 1), ("third", 1)]


def test_states() -> None:
    turns = Turns()
    promise, resolver = make_promise(turns)
    assert (promise.state, promise.reason, repr(promise)) == (
        *("pending", None, "<Promise pending>"),
    )
    assert promise.turns is turns
    with pytest.raises(JSTypeError, match="pending"):
        _ = promise.value
    error = ValueError("no")
    resolver.reject(error)
    resolver.resolve("too late")
    resolver.reject(ValueError("too late"))
    assert (promise.state, promise.reason) == ("rejected", error)
    with pytest.raises(ValueError, match="no"):
        _ = promise.value
    assert turns.resolved(5).value == 5
    assert turns.rejected(error).reason is error


def test_then_passes_values_and_errors_on() -> None:
    turns = Turns()
    error = ValueError("no")

    def fail(value: object) -> object:
        raise error

    doubled = turns.resolved(4).then(lambda value: value * 2)
    through = doubled.then(None, lambda reason: "not called")
    failed = through.then(fail)
    still = failed.then(lambda value: "not called")
    caught = still.then(None, lambda reason: ("caught", reason))
    turns.run()
    assert (doubled.value, through.value) == (8, 8)
    assert (failed.reason, still.reason) == (error, error)
    assert caught.value == ("caught", error)


def test_following_another_promise() -> None:
    turns = Turns()
    inner, inner_resolver = make_promise(turns)
    outer, outer_resolver = make_promise(turns)
    outer_resolver.resolve(inner)
    assert outer.shortened() is inner
    inner_resolver.resolve("late")
    turns.run()
    assert outer.value == "late"
    assert turns.resolved(inner).value == "late"
    broken, rejecter = make_promise(turns)
    follower = turns.resolved(broken)
    rejecter.reject(ValueError("no"))
    turns.run()
    assert isinstance(follower.reason, ValueError)


def test_a_promise_cannot_wait_for_itself() -> None:
    turns = Turns()
    one, resolve_one = make_promise(turns)
    two, resolve_two = make_promise(turns)
    resolve_one.resolve(two)
    resolve_two.resolve(one)
    turns.run()
    assert isinstance(one.reason, JSTypeError)
    assert isinstance(two.reason, JSTypeError)


def test_when_does_not_hide_errors() -> None:
    turns = Turns()

    def fail(value: object) -> object:
        raise RuntimeError("a bug")

    seen: list[object] = []
    turns.resolved(1).when(fail, fail)
    turns.resolved(2).when(seen.append, fail)
    with pytest.raises(RuntimeError, match="a bug"):
        turns.run()
    assert seen == []
    assert turns.waiting == 1
    turns.run()
    assert seen == [2]


def test_run_inside_a_turn_does_nothing() -> None:
    turns = Turns()
    seen: list[str] = []

    def outer() -> None:
        turns.push(seen.append, "inner")
        turns.run()
        seen.append("outer")

    turns.push(outer)
    turns.run()
    assert seen == ["outer", "inner"]


def test_on_ready_is_called_when_there_is_something_to_run() -> None:
    calls: list[int] = []
    turns = Turns(on_ready=lambda: calls.append(turns.waiting))
    turns.push(lambda: turns.push(lambda: None))
    turns.push(lambda: None)
    assert calls == [1]
    turns.run()
    assert calls == [1]
    turns.push(lambda: None)
    assert calls == [1, 1]


def test_calls_arrive_in_the_order_of_sending() -> None:
    turns = Turns()
    seen: list[object] = []
    target = Far("Log", note=seen.append)
    promise, resolver = make_promise(turns)
    turns.send_only(promise, "note", 1)
    resolver.resolve(target)
    turns.send_only(promise, "note", 2)
    turns.run()
    assert seen == [1, 2]


def test_calls_on_settled_and_rejected_promises() -> None:
    turns = Turns()
    adder = turns.resolved(Far("Adder", add=lambda a, b: a + b))
    total = turns.send(adder, "add", 2, 3)
    error = ValueError("no")
    failed = turns.send(turns.rejected(error), "add")
    assert total.state == "pending"
    turns.run()
    assert (total.value, failed.reason) == (5, error)


def test_calls_go_where_a_promise_leads() -> None:
    turns = Turns()
    outer, outer_resolver = make_promise(turns)
    inner, inner_resolver = make_promise(turns)
    outer_resolver.resolve(inner)
    answer = turns.send(outer, "ping")
    inner_resolver.resolve(Far("Ping", ping=lambda: "pong"))
    turns.run()
    assert answer.value == "pong"


def test_apply_and_get_on_values_of_ours() -> None:
    turns = Turns()
    applied = turns.apply(FarFunction("f", lambda text: text + "!"), "hi")
    got = turns.get({"a": [1, 2]}, "a")
    turns.run()
    assert (applied.value, got.value) == ("hi!", [1, 2])


async def answer_later(value: object) -> object:
    return value


def test_coroutines_need_someone_to_start_them() -> None:
    turns = Turns()
    target = Far("Slow", later=answer_later)
    refused = turns.send(target, "later", 1)
    turns.run()
    assert isinstance(refused.reason, JSTypeError)

    def start(coroutine: Coroutine[Any, Any, Any]) -> Promise:
        with pytest.raises(StopIteration) as stop:
            coroutine.send(None)
        return turns.resolved(stop.value.value)

    turns.start_coroutine = start
    answered = turns.send(target, "later")
    turns.run()
    assert answered.value is Undefined
