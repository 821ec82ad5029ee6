"""Runs attacks beside a neighbour that must not notice; tells how it went.

Nothing is judged here but that the neighbour goes on: `attack_kit` judges, and a
benchmark prints the times.
"""

import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

import anyio
import anyio.lowlevel

from engo.testing.attacks import Attack, End
from engo.worker.errors import CrankTimeout, GuestError, LimitExceeded, WorkerDied
from engo.worker.waiting import AsyncWorker

Open = Callable[..., AbstractAsyncContextManager[AsyncWorker]]
"""How workers are opened: takes `engo.open_worker`'s options."""

_ABORTS: dict[str, End] = {
    "memory full": "memory",
    "stack overflow": "stack",
    "too many names": "names",
}


@dataclass(slots=True)
class Outcome:
    """How one attack went."""

    end: End = "other"
    error: Exception | None = None  # what the attack's caller got
    behind: Exception | None = None  # what the request behind it got
    seconds: float = 0.0
    rounds: int = 0  # round trips of the neighbour that began and ended meanwhile
    slowest: float = 0.0  # seconds of the slowest of them


def end_of(error: Exception | None) -> End:
    """Which end an error of `evaluate` is; None: it gave a value."""
    if error is None:
        return "value"
    if isinstance(error, GuestError):
        return "error"
    if isinstance(error, CrankTimeout):
        return "time"
    if isinstance(error, LimitExceeded):
        return _ABORTS.get(error.reason, "other")
    return "other"


async def run_attack(open_worker: Open, attack: Attack, **options: Any) -> Outcome:
    """One attack; see `run_attacks`."""
    return (await run_attacks(open_worker, {"": attack}, **options))[""]


async def run_attacks(
    open_worker: Open, attacks: dict[str, Attack], **options: Any
) -> dict[str, Outcome]:
    """Open a neighbour and the attackers, attack, count what the neighbour does.

    The outcome of each attack by its name. `options` are the attackers'. Raises what
    the neighbour's requests raise.
    """
    running = {name: Outcome() for name in attacks}
    found = dict(running)
    async with open_worker() as neighbour, anyio.create_task_group() as tasks:

        async def strike(name: str) -> None:
            begun = time.monotonic()
            outcome = found[name]
            await _strike(open_worker, attacks[name], dict(options), outcome)
            outcome.seconds = time.monotonic() - begun
            del running[name]

        for name in attacks:
            tasks.start_soon(strike, name)
        while running:
            began_with = set(running)
            now = time.monotonic()
            await neighbour.evaluate("1")
            took = time.monotonic() - now
            for name in began_with & running.keys():
                found[name].rounds += 1
                found[name].slowest = max(found[name].slowest, took)
        assert await neighbour.evaluate("6 * 7") == 42
    return found


async def _strike(
    open_worker: Open,
    attack: Attack,
    options: dict[str, Any],
    found: Outcome,
) -> None:
    options.setdefault("limits", attack.limits)
    async with open_worker(**options) as attacker, anyio.create_task_group() as tasks:

        async def behind() -> None:
            try:
                await attacker.evaluate("1")
            except (WorkerDied, GuestError) as error:
                found.behind = error

        tasks.start_soon(behind)
        try:
            # A name makes it go the general way and not the fast lane.
            await attacker.evaluate(attack.source, "hostile.js")
        except (WorkerDied, GuestError) as error:
            found.error = error
        found.end = end_of(found.error)
        if isinstance(found.error, WorkerDied):
            await attacker.wait_ended()
