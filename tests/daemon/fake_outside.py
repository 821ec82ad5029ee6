"""A daemon without a world: machines are Python sessions, and every step can be held.

    with Fake(folder) as fake:
        fake.hold("keep")               # what is asked for from now on waits
        ...
        fake.release("keep")            # or fake.release("keep", OSError(...))

A machine's state is a token for the Python session that plays it, so that a machine
goes on only from a state that was kept and taken.
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING, Any

from engo.captp import Far, Promise, Resolver, Session, Turns, make_promise
from engo.daemon.coroutines import start
from engo.daemon.genesis import open_roots
from engo.daemon.host import EndoHost
from engo.daemon.node import Daemon
from engo.daemon.outside import Suspension, Usage
from engo.formula.ids import FormulaId, NodeNumber, number_of_bytes, split_id
from engo.powers.disk import SystemDisk
from engo.store.content import ContentStore
from engo.store.database import Database, Done, Failed
from engo.worker.errors import UsageError, WorkerDied

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from engo.daemon.outside import Flushable, WorkerHooks
    from engo.daemon.settings import Settings

NODE = NodeNumber("ee" * 64)


class Machine:
    """What a guest is, played by a session of ours."""

    def __init__(self, turns: Turns) -> None:
        self.turns = turns
        self.calls = 0
        facet = Far("Facet", evaluate=self.evaluate, cancel=lambda *_: None)
        self.session = Session("guest", facet, turns=turns, gc_imports=True)
        self.pending: list[Resolver] = []
        self.kept: list[object] = []

    def evaluate(
        self, source: str, names: object, values: list[object], own: object
    ) -> object:
        if source == "never":
            promise, resolver = make_promise(self.turns)
            self.kept += values
            self.pending.append(resolver)
            return promise
        if source == "call":
            return self.turns.send(values[0], "up")
        return Far("Counter", up=self.up)

    def up(self) -> int:
        self.calls += 1
        return self.calls


class FakeBody:
    """A running machine (`engo.daemon.outside.Body`)."""

    def __init__(self, fake: Fake, machine: Machine, hooks: WorkerHooks) -> None:
        self.fake = fake
        self.machine = machine
        self.hooks = hooks
        self.closed = False
        self.interrupted = False
        self.running = False
        self.received = 0
        self.pid: int | None = 4711

    def send_captp(self, messages: list[bytes]) -> None:
        if self.closed:
            raise WorkerDied("it is gone")
        for message in messages:
            self.received += 1
            self.machine.session.receive(message)

    def interrupt(self) -> None:
        self.interrupted = True

    def close(self) -> None:
        self.closed = True

    @property
    def cranks(self) -> tuple[bool, int]:
        return self.running, self.received

    @property
    def busy(self) -> bool:
        return self.running

    def usage(self) -> Promise:
        return self.fake.step("usage", lambda: Usage(1_000, self.received))

    def suspend(self) -> Promise:
        return self.fake.step("suspend", self._suspend, quiet=True)

    def _suspend(self) -> Suspension:
        if self.closed:
            raise WorkerDied("it is gone")
        if self.running:
            raise UsageError("a crank runs")
        self.closed = True
        self.fake.bodies.remove(self)
        token = f"machine {len(self.fake.states)}".encode()
        self.fake.states[token] = self.machine
        return Suspension(token, Usage(2_000, self.received))

    def die(self, reason: str) -> None:
        """As a machine that has gone by itself."""
        self.closed = True
        self.fake.bodies.remove(self)
        self.fake.enter(self.hooks.death, reason)


class Fake:
    """The outside of a daemon (`engo.daemon.outside.Outside`), and the daemon."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self.turns = Turns()
        self.time = 0.0
        self.lines: list[str] = []
        self.files: dict[str, tuple[bytes, bytes]] = {}
        self.states: dict[bytes, Machine] = {}
        self.bodies: list[FakeBody] = []
        self._timers: list[tuple[float, int, Callable[[], object]]] = []
        self._held: dict[str, list[tuple[Callable[[], object], Resolver]]] = {}
        # What is done once nothing else is to be done: after all cranks.
        self._quiet: list[tuple[Callable[[], object], Resolver]] = []
        self._flushable: dict[Flushable, None] = {}
        self._count = 0
        self.database = Database(str(folder / "engo.sqlite"))
        self.database.attach(NODE)
        roots = open_roots(
            self.database, NODE, lambda: number_of_bytes(self.random(64))
        )
        content = ContentStore(str(folder / "store"), SystemDisk())
        content.open()
        self.daemon = Daemon(
            self.turns, self, self.database, content, NODE, roots, "0", settings
        )

    def __enter__(self) -> Fake:
        return self

    def __exit__(self, *_: object) -> None:
        self.database.close()

    # ---- what tests do

    def hold(self, step: str) -> None:
        self._held[step] = []

    def held(self, step: str) -> int:
        return len(self._held[step])

    def release(self, step: str, error: BaseException | None = None) -> None:
        """Do what was held, or let it fail; nothing more is held."""
        for do, resolver in self._held.pop(step):
            if error is None:
                self._quiet.append((do, resolver))
            else:
                resolver.reject(error)
        self.settle()

    def step(
        self, name: str, do: Callable[[], object], *, quiet: bool = False
    ) -> Promise:
        promise, resolver = make_promise(self.turns)
        if name in self._held:
            self._held[name].append((do, resolver))
        elif quiet:
            self._quiet.append((do, resolver))
        else:
            self._do(do, resolver)
        return promise

    def _do(self, do: Callable[[], object], resolver: Resolver) -> None:
        try:
            resolver.resolve(do())
        except Exception as error:  # as the shell's `run` does
            resolver.reject(error)

    def enter(self, callback: Callable[..., object], *args: object) -> None:
        callback(*args)
        self.settle()

    def settle(self) -> None:
        """Run turns, flush, and let machines answer, until nothing happens."""
        while True:
            self.turns.run()
            flushable, self._flushable = self._flushable, {}
            for each in flushable:
                each.flush()
            moved = bool(flushable)
            for body in list(self.bodies):
                if body.running:
                    continue
                for message in body.machine.session.take_outgoing():
                    moved = True
                    body.hooks.captp(message)
            if moved or self.turns.waiting or self._flushable:
                continue
            if not self._quiet:
                return
            self._do(*self._quiet.pop(0))

    def pass_time(self, seconds: float) -> None:
        """Let time pass, and the timers that are due then ring."""
        end = self.time + seconds
        while self._timers and self._timers[0][0] <= end:
            self.time, _, callback = heapq.heappop(self._timers)
            self.enter(callback)
        self.time = end

    def wait(self, promise: Promise) -> Any:
        self.settle()
        return promise.value

    def host(self) -> EndoHost:
        host = self.wait(self.daemon.provide(self.daemon.roots.host))
        assert isinstance(host, EndoHost)
        return host

    def call(self, method: str, *args: object) -> Promise:
        """A method of the host, as a client calls it."""
        promise = self.turns.send(self.host(), method, *args)
        self.settle()
        return promise

    def state_of(self, name: str) -> str:
        records = self.wait(self.call("listWorkers"))
        (record,) = [record for record in records if name in record["names"]]
        state = record["state"]
        assert isinstance(state, str)
        return state

    # ---- what the daemon asks for

    @property
    def writes_pending(self) -> bool:
        return False

    def writes_settled(self) -> Promise:
        return self.turns.resolved(None)

    def commit(self, operation: Any) -> Promise:
        (outcome,) = self.database.apply([operation])
        if isinstance(outcome, Failed):
            return self.turns.rejected(outcome.error)
        assert isinstance(outcome, Done)
        return self.turns.resolved(outcome.value)

    def run(self, function: Callable[..., Any], /, *args: Any) -> Promise:
        return self.step("run", lambda: function(*args))

    def now(self) -> float:
        return self.time

    def later(
        self, seconds: float, callback: Callable[[], object]
    ) -> Callable[[], None]:
        self._count += 1
        timer = (self.time + seconds, self._count, callback)
        heapq.heappush(self._timers, timer)

        def cancel() -> None:
            if timer in self._timers:
                self._timers.remove(timer)
                heapq.heapify(self._timers)

        return cancel

    def start_worker(
        self, hooks: WorkerHooks, engine: str, image: str, state: bytes | None
    ) -> Promise:
        def begin() -> FakeBody:
            machine = Machine(self.turns) if state is None else self.states.pop(state)
            body = FakeBody(self, machine, hooks)
            self.bodies.append(body)
            return body

        return self.step("start" if state is None else "continue", begin)

    def keep_suspended(self, name: str, state: bytes, tables: bytes) -> Promise:
        def keep() -> None:
            assert name not in self.files
            self.files[name] = (state, tables)

        return self.step("keep", keep)

    def take_suspended(self, name: str) -> Promise:
        return self.step("take", lambda: self.files.pop(name)[0])

    def forget_suspended(self, name: str) -> None:
        self.files.pop(name, None)

    def flush_later(self, flushable: Flushable) -> None:
        self._flushable[flushable] = None

    def random(self, size: int) -> bytes:
        self._count += 1
        return self._count.to_bytes(size, "big")

    def append(self, log: str, data: bytes) -> None: ...

    def forget_worker(self, number: str) -> None: ...

    def log(self, text: str) -> None:
        self.lines.append(text)

    def stop(self) -> None: ...


def start_daemon(fake: Fake) -> None:
    """As the entry file does."""
    fake.wait(start(fake.turns, fake.daemon.open()))


def number_of(fake: Fake, name: str) -> str:
    found = fake.wait(fake.call("identify", name))
    return split_id(FormulaId(found))[0]
