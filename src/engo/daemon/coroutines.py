"""Coroutines that wait for CapTP promises and for nothing else; no event loop.

A coroutine runs inside turns and goes on when its promise has settled. So the
daemon's methods are deterministic, and no task can be left over.
"""

from collections.abc import Callable, Coroutine, Generator, Iterable
from typing import Any

from engo.captp import Promise, Resolver, Turns, make_promise


class _Until:
    __slots__ = ("_promise",)

    def __init__(self, promise: Promise) -> None:
        self._promise = promise

    def __await__(self) -> Generator[Promise, Any, Any]:
        return (yield self._promise)


def until(promise: Promise) -> _Until:
    """`await until(promise)` is its value, or raises its reason."""
    return _Until(promise)


async def until_all(promises: Iterable[Promise]) -> list[Any]:
    """The values of all; raises the first reason, in the order given."""
    return [await until(promise) for promise in promises]


def start(turns: Turns, coroutine: Coroutine[Any, Any, Any]) -> Promise:
    """Run it up to its first wait; a promise of what it returns or raises."""
    promise, resolver = make_promise(turns)
    _Run(coroutine, resolver).go_on(None)
    return promise


class _Run:
    __slots__ = ("_coroutine", "_resolver")

    def __init__(self, coroutine: Coroutine[Any, Any, Any], resolver: Resolver) -> None:
        self._coroutine = coroutine
        self._resolver = resolver

    def go_on(self, value: object) -> None:
        self._step(self._coroutine.send, value)

    def _fail(self, reason: BaseException) -> None:
        self._step(self._coroutine.throw, reason)

    def _step(self, enter: Callable[[Any], Any], what: object) -> None:
        try:
            waited = enter(what)
        except StopIteration as stop:
            self._resolver.resolve(stop.value)
        except Exception as error:
            self._resolver.reject(error)
        else:
            waited.when(self.go_on, self._fail)
