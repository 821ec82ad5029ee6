"""A worker process that is none: a script answers the link's messages in memory.

For the shells' own tests. A Script gets each decoded control message and returns
the control messages to answer with; `ending` makes the link end with a status.
"""

from collections.abc import Callable
from typing import Any

import msgpack  # type: ignore[import-untyped]

from engo.frames.constants import CAPTP, CONSOLE, CONTROL, LINK_VERSION
from engo.frames.fragments import Assembler, Message, write_message
from engo.frames.records import RecordReader
from engo.powers.clock import Clock
from engo.powers.memory import SealedMemory
from engo.powers.page import IDLE, PAGE_BYTES, SharedPage
from engo.powers.spawn import READABLE, WRITABLE
from engo.worker.limits import Limits

ControlMessage = dict[str, Any]
Script = Callable[["FakeChild", ControlMessage], None]
"""Answers one control message by the child's `say`, `print`, `captp` and `end`."""


def pack(message: object) -> bytes:
    """A control or console message's payload."""
    return bytes(msgpack.packb(message, use_bin_type=True))


def ready(child: "FakeChild", message: ControlMessage) -> None:
    """Answer `start` as every script must."""
    if message["op"] == "start":
        child.say(op="ready", version=LINK_VERSION, build="fake", engine="none")


class FakeChild:
    """The Child power, in memory."""

    def __init__(
        self,
        script: Script,
        *,
        capacity: int = 1 << 30,
        on_wait: Callable[[float], None] | None = None,
        blocking: bool = False,
    ) -> None:
        """`capacity`: bytes the link takes before it is full; see `take`.

        `blocking`: it offers a blocking reader, which gives up when it would block.
        """
        self.pid = 4_194_305  # above the largest pid of Linux
        self.memory = bytearray(PAGE_BYTES)
        self.page = SharedPage(self.memory)
        self.set_state(IDLE, 0)
        self.received: list[ControlMessage] = []  # control messages
        self.captp_received: list[bytes] = []
        self.inherited = False
        self.killed = False
        self.closed = False
        self._script = script
        self._capacity = capacity
        self._on_wait = on_wait
        self._blocking = blocking
        self._reader = RecordReader()
        self._assembler = Assembler()
        self._output = bytearray()  # written by the script, not read yet
        self._status: int | None = None  # set when the process has ended
        self._held = 0  # bytes written and not taken
        self._waiters: list[Any] = []  # anyio events of waiting tasks

    # The script's side

    def say(self, **message: object) -> None:
        """Send a control message."""
        self.put(write_message(CONTROL, pack(message)))

    def print(self, level: int, tag: str, text: str) -> None:
        """Send a console message."""
        self.put(write_message(CONSOLE, pack([level, tag, text])))

    def captp(self, message: bytes) -> None:
        """Send a captp message."""
        self.put(write_message(CAPTP, message))

    def put(self, data: bytes) -> None:
        """Send these very bytes."""
        self._output += data
        self._wake()

    def end(self, status: int) -> None:
        """The process ends."""
        if self._status is None:
            self._status = status
        self._wake()

    def set_state(self, state: int, cranks: int) -> None:
        """Write the shared page as a worker does."""
        self.memory[12:16] = state.to_bytes(4, "little")
        self.memory[16:24] = cranks.to_bytes(8, "little")

    @property
    def interrupted(self) -> bool:
        """Whether the interrupt flag is set."""
        return self.memory[4] == 1

    def take(self) -> None:
        """A full link becomes empty."""
        self._held = 0
        self._wake()

    # The Child power

    def cpu_seconds(self, clock: Clock) -> float:
        return clock.cpu_seconds(self.pid) or 0.0

    def read(self, size: int, /) -> bytes:
        if self._output:
            data = bytes(self._output[:size])
            del self._output[:size]
            return data
        if self._status is not None:
            return b""
        raise BlockingIOError

    looks = False

    def blocking_reader(
        self, look: Callable[[], object]
    ) -> Callable[[list[bytearray]], int] | None:
        return self._read_into if self._blocking else None

    def _read_into(self, buffers: list[bytearray]) -> int:
        data = self.read(len(buffers[0]))
        buffers[0][: len(data)] = data
        return len(data)

    def write(self, data: bytes | memoryview, /) -> int:
        if self._status is not None:
            raise BrokenPipeError
        room = self._capacity - self._held
        if room <= 0:
            raise BlockingIOError
        part = bytes(data[:room])
        if self._capacity < 1 << 30:
            self._held += len(part)
        for record in self._reader.feed(part):
            whole = self._assembler.add(record)
            if whole is not None:
                self._message(*whole)
        return len(part)

    def _message(self, channel: int, message: Message) -> None:
        if channel == CAPTP:
            self.captp_received.append(bytes(message))
            return
        control: ControlMessage = msgpack.unpackb(message)
        self.received.append(control)
        ready(self, control)
        self._script(self, control)

    def _readable(self) -> bool:
        return bool(self._output) or self._status is not None

    def wait(self, seconds: float, *, writing: bool) -> int:
        if self._readable():
            return READABLE
        if writing and self._held < self._capacity:
            return WRITABLE
        if self._on_wait is None:
            raise AssertionError("the worker would wait for ever: the script is silent")
        self._on_wait(seconds)
        return 0

    def _wake(self) -> None:
        for event in self._waiters:
            event.set()
        self._waiters.clear()

    async def _until(self, ready: Callable[[], bool]) -> None:
        import anyio

        while not ready():
            event = anyio.Event()
            self._waiters.append(event)
            await event.wait()

    async def wait_readable(self) -> None:
        await self._until(self._readable)

    async def wait_writable(self) -> None:
        await self._until(
            lambda: self._held < self._capacity or self._status is not None
        )

    async def wait_exited(self) -> None:
        await self._until(lambda: self._status is not None)

    def kill(self) -> None:
        self.killed = True
        self.end(-9)

    def reap(self, seconds: float) -> int | None:
        return self._status

    def close(self) -> None:
        self.closed = True
        self.kill()


class FakeLauncher:
    """Hands one FakeChild out; stands in for a Launcher."""

    def __init__(self, child: FakeChild) -> None:
        self.child = child

    def start(self, origin: object, limits: Limits) -> FakeChild:
        return self.child

    def image(self, name: str) -> SealedMemory:
        return SealedMemory("engo-fake", [])
