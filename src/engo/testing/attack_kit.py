"""The attack kit: what no guest may bring about, whatever runs the workers.

Subclass AttackKit in a test file, say how workers are opened, and pytest runs it:

    class TestExecutable(AttackKit):
        launcher = "executable"

Attacker and neighbour come from one launcher, so from one process where it has one.
Needs pytest. Attacks are data in `attacks` and `recursions`.
"""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import anyio
import anyio.lowlevel
import pytest

from engo.frames.errors import LocalProtocolError
from engo.testing import attacks
from engo.testing.attack_run import Outcome, run_attack, run_attacks
from engo.testing.attacks import Attack
from engo.testing.recursions import RECURSIONS
from engo.worker.core import Starter
from engo.worker.errors import (
    CrankTimeout,
    GuestError,
    UsageError,
    WorkerClosed,
    WorkerDied,
    WorkerInterrupted,
)
from engo.worker.launch import Kind
from engo.worker.limits import MIB, Limits
from engo.worker.opening import open_worker
from engo.worker.waiting import AsyncWorker

SOON = 1.0
"""Seconds of a neighbour's round trip, on the average of an attack: ten times what is
promised, since other programs may be busy; bench/attacks.py has the figures."""
_GROUPS = {
    "loop": attacks.LOOPS,
    "pattern": attacks.PATTERNS,
    "builtin": attacks.BUILTINS,
    "queue": attacks.QUEUES,
    "growth": attacks.GROWTH,
    "names": attacks.NAMES,
    "refused": attacks.REFUSED,
    "recursion": RECURSIONS,
    "console": attacks.CONSOLE_FLOODS,
}
ATTACKS = {
    f"{group}: {name}": attack
    for group, table in _GROUPS.items()
    for name, attack in table.items()
}
SIZES = (65_517, 65_519, 65_534, 65_535, 65_536, 65_537, 131_072, 1_000_000)
_LIMITS = Limits(heap=attacks.HEAP, cpu=0.3, wall=30.0)
_BYTES = "new Uint8Array({}).fill(7).buffer"


async def _never(_: bytes) -> bytes:
    """A host's handler that does not return."""
    await anyio.Event().wait()
    raise AssertionError("nobody sets it")


async def _interrupt(worker: AsyncWorker) -> None:
    """Interrupt it as soon as it runs."""
    while not worker.cranks[0]:
        await anyio.lowlevel.checkpoint()
    worker.interrupt()


class AttackKit:
    """Tests over `open`; the attributes say how."""

    launcher: Kind | Starter = "auto"
    backend: str = "asyncio"

    def open(self, **options: Any) -> AbstractAsyncContextManager[AsyncWorker]:
        """A new worker; the options are those of open_worker."""
        options.setdefault("launcher", self.launcher)
        return open_worker(**options)

    def run(self, work: Callable[[], Awaitable[Any]]) -> Any:
        """Run a test's coroutine function."""
        return anyio.run(work, backend=self.backend)

    def judge(self, attack: Attack, found: Outcome) -> None:
        """Whether this attack ended as it may, and harmed nobody else."""
        assert found.end in attack.ends, (found.end, found.error)
        if isinstance(found.error, WorkerDied):
            assert type(found.behind) is type(found.error)
            assert str(found.behind) == str(found.error)
        else:
            assert found.behind is None
        if found.end == "time":
            assert "seconds of CPU" in str(found.error)
            assert found.rounds * SOON >= found.seconds - SOON

    # Programs

    @pytest.mark.parametrize("name", ATTACKS)
    def test_an_attack_ends_alone(self, name: str) -> None:
        attack = ATTACKS[name]
        self.judge(attack, self.run(lambda: run_attack(self.open, attack)))

    @pytest.mark.parametrize("name", attacks.COMMAND_FLOODS)
    def test_a_flood_of_commands_ends_alone(self, name: str) -> None:
        attack = attacks.COMMAND_FLOODS[name]
        self.judge(
            attack, self.run(lambda: run_attack(self.open, attack, on_call=bytes))
        )

    def test_eight_attackers_at_once(self) -> None:
        names = [name for name in ATTACKS if name.startswith("loop")][:8]
        chosen = {name: ATTACKS[name] for name in names}
        found = self.run(lambda: run_attacks(self.open, chosen))
        for name, attack in chosen.items():
            self.judge(attack, found[name])

    @pytest.mark.parametrize("name", ["loop: plain", "builtin: indexOf"])
    def test_an_owner_s_interrupt_ends_what_does_not_look(self, name: str) -> None:
        async def main() -> None:
            async with self.open() as worker, anyio.create_task_group() as tasks:
                await worker.evaluate("1")
                tasks.start_soon(_interrupt, worker)
                with pytest.raises(WorkerInterrupted):
                    await worker.evaluate(ATTACKS[name].source)

        self.run(main)

    # Shared memory

    def test_a_guest_has_no_shared_memory_and_cannot_wait(self) -> None:
        async def main() -> None:
            async with self.open() as worker:
                for name in ("SharedArrayBuffer", "Atomics"):
                    assert await worker.evaluate(f"typeof {name}") == "undefined"
                    source = f"typeof new Compartment().globalThis.{name}"
                    assert await worker.evaluate(source) == "undefined"
                with pytest.raises(GuestError):
                    await worker.evaluate("Atomics.wait(new Int32Array(8), 0, 0)")

        self.run(main)

    def test_a_bare_machine_cannot_wait_either(self) -> None:
        """The start compartment has both; there is no other thread to wake it."""
        source = "Atomics.wait(new Int32Array(new SharedArrayBuffer(8)), 0, 0)"
        fill = "globalThis.kept = []; for (;;) kept.push(new SharedArrayBuffer(1e6))"

        async def main() -> None:
            async with self.open(image=None, limits=_LIMITS) as worker:
                with pytest.raises(GuestError, match="cannot wait"):
                    await worker.evaluate(source)
                with pytest.raises((WorkerDied, GuestError)):
                    await worker.evaluate(fill)
            async with self.open() as next_one:
                assert await next_one.evaluate("1 + 1") == 2

        self.run(main)

    # Sizes

    def test_sends_around_the_largest_record(self) -> None:
        calls: list[int] = []

        def on_call(data: bytes) -> bytes:
            calls.append(len(data))
            return data

        async def main() -> None:
            async with self.open(on_call=on_call) as worker:
                await worker.evaluate("globalThis.handleCommand = data => data; 0")
                for size in SIZES:
                    data = b"\x07" * size
                    made = _BYTES.format(size)
                    assert await worker.deliver(data) == data
                    assert await worker.evaluate(made) == data
                    answer = f"issueCommand({made})"
                    assert await worker.evaluate(answer) == data
                    answer = f"postCommand({made})"
                    assert await worker.evaluate(answer) == data
                    await worker.evaluate(f"console.log('x'.repeat({size}))")
                    assert len(worker.console[-1].text) <= 65_001

        self.run(main)
        assert calls == [size for size in SIZES for _ in range(2)]

    def test_sends_over_the_message_limit(self) -> None:
        limits = Limits(message=70_000)

        async def main() -> None:
            async with self.open(limits=limits, on_call=bytes) as worker:
                await worker.evaluate("globalThis.handleCommand = () => 1; 0")
                with pytest.raises(GuestError, match="at most 70000"):
                    await worker.evaluate(_BYTES.format(70_001))
                for send in ("issueCommand", "postCommand"):
                    with pytest.raises(GuestError):
                        await worker.evaluate(f"{send}({_BYTES.format(70_001)})")
                with pytest.raises(LocalProtocolError):
                    await worker.deliver(bytes(70_001))
                with pytest.raises(GuestError) as caught:
                    await worker.evaluate("throw new Error('x'.repeat(1e6))")
                assert len(caught.value.message) < 1_000_000
                assert await worker.deliver(b"") == 1

        self.run(main)

    # Calls

    @pytest.mark.parametrize("end", ["close", "kill"])
    def test_a_call_that_is_never_answered_holds_only_its_own(self, end: str) -> None:
        async def main() -> None:
            failed: list[Exception] = []
            waiting = anyio.Event()

            async def on_call(data: bytes) -> bytes:
                waiting.set()
                return await _never(data)

            async def ask(worker: AsyncWorker, source: str) -> None:
                try:
                    await worker.evaluate(source)
                except (WorkerDied, WorkerClosed) as error:
                    failed.append(error)

            async with (
                self.open() as neighbour,
                anyio.create_task_group() as tasks,
                self.open(on_call=on_call) as worker,
            ):
                for source in ("issueCommand(new ArrayBuffer(1))", "2", "3"):
                    tasks.start_soon(ask, worker, source)
                await waiting.wait()
                for number in range(100):
                    assert await neighbour.evaluate(f"{number}") == number
                assert failed == []
                if end == "kill":
                    worker.kill("seen enough")
                    await worker.wait_ended()
                else:
                    await worker.close()
            assert len(failed) == 3
            assert {str(error) for error in failed} == {str(failed[0])}

        self.run(main)

    def test_commands_never_answered_are_bounded(self) -> None:
        source = "for (;;) postCommand(new ArrayBuffer(8))"
        attack = Attack(source=source, ends=frozenset(("other", "time", "memory")))

        async def main() -> Outcome:
            limits = Limits(heap=attacks.HEAP, cpu=2.0, wall=30.0, commands=100)
            return await run_attack(self.open, attack, on_call=_never, limits=limits)

        self.judge(attack, self.run(main))

    def test_a_host_that_floods_a_busy_guest_is_told(self) -> None:
        async def main() -> None:
            limits = Limits(cpu=0.5, wall=30.0, backlog=MIB)
            async with self.open(limits=limits) as worker:
                deaths: list[Exception] = []
                refused = 0

                async def ask(source: str) -> None:
                    with pytest.raises(CrankTimeout) as caught:
                        await worker.evaluate(source)
                    deaths.append(caught.value)

                async def send() -> None:
                    nonlocal refused
                    try:
                        await worker.deliver(bytes(100_000))
                    except UsageError:
                        refused += 1
                    except WorkerDied as error:
                        deaths.append(error)

                async with anyio.create_task_group() as tasks:
                    tasks.start_soon(ask, "for (;;);")
                    for _ in range(40):
                        tasks.start_soon(send)
                assert refused + len(deaths) == 41
                assert refused >= 20

        self.run(main)
