"""A worker driven by hand: records, fragments and control maps over pipes.

Independent of `engo.worker` and `engo.frames` on purpose, so that a mistake shared
by both ends of the link shows. Not a test file; knows nothing of what guests do.
"""

import fcntl
import mmap
import os
import select
import socket
import struct
from pathlib import Path
from typing import Any, Self

import msgpack  # type: ignore[import-untyped]
import pytest

SNAPSHOT = 7
MAX_EMITTED = 65_519
PAGE_BYTES = 4_096
PAGE = struct.Struct("<IIIIQQQ")
PATIENCE = 30.0  # seconds until a worker that says nothing fails the test

Message = dict[str, Any]


def executable() -> str:
    """The worker executable of this build; skips the test without one."""
    named = os.environ.get("ENGO_XSNAP")
    root = Path(__file__).resolve().parents[2]
    path = Path(named) if named else root / "src/engo/bin/engo-xsnap"
    if not path.exists():
        pytest.skip("the worker executable is not built: run build_ffi.py")
    return str(path)


def sanitized() -> bool:
    """Whether the executable is a sanitizer's, which has no seccomp filter."""
    with open(executable(), "rb") as file:
        return b"__asan_init" in file.read()


def record(channel: int, payload: bytes, *, more: bool = False) -> bytes:
    """One record with its length."""
    head = channel | (0x80 if more else 0)
    return struct.pack(">H", len(payload) + 1) + bytes([head]) + payload


def message(channel: int, payload: bytes) -> bytes:
    """A message as records of the largest size."""
    parts = [payload[i : i + 65_534] for i in range(0, max(1, len(payload)), 65_534)]
    last = len(parts) - 1
    return b"".join(record(channel, p, more=i < last) for i, p in enumerate(parts))


class Driver:
    """One worker process, spoken to in bytes."""

    def __init__(
        self, *, image: bytes | None = None, start: bool = True, **limits: object
    ) -> None:
        path = executable()
        link_in, self._to = os.pipe()
        self._from, link_out = os.pipe()
        ours, theirs = socket.socketpair()
        page = os.memfd_create("page")
        os.ftruncate(page, PAGE_BYTES)
        self._page = mmap.mmap(page, PAGE_BYTES)
        struct.pack_into("<I", self._page, 0, 0x4F47_4E45)
        self._debug = ours
        given = [link_in, link_out, theirs.detach(), page]
        if image is not None:
            given.append(os.memfd_create("image"))
            with os.fdopen(os.dup(given[-1]), "wb") as file:
                file.write(image)
        self.pid = self._spawn(path, given)
        for descriptor in given:
            os.close(descriptor)
        self._received = b""
        self._parts: dict[int, bytes] = {}
        self.records: list[int] = []  # the length of every record that came
        self._status: int | None = None
        if start:
            try:
                self.start(image=image is not None, **limits)
            except BaseException:
                self.close()
                raise

    @staticmethod
    def _spawn(path: str, given: list[int]) -> int:
        high = [fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 32) for fd in given]
        try:
            return os.posix_spawn(
                path,
                [path],
                {},
                file_actions=[
                    (os.POSIX_SPAWN_DUP2, fd, 3 + i) for i, fd in enumerate(high)
                ],
            )
        finally:
            for fd in high:
                os.close(fd)

    def start(self, *, image: bool = False, **limits: object) -> None:
        settings: Message = {
            "op": "start",
            "heap": 64 << 20,
            "stack": 65_536,
            "meter": 0,
            "message": 1 << 24,
            "seed": bytes(range(32)),
            "now": 1_000_000.0,
            "image": image,
        }
        self.control(**{**settings, **limits})
        self.ready = self.next()

    # writing

    def raw(self, data: bytes) -> None:
        """Bytes to the link as they are; a worker that has ended takes none."""
        view = memoryview(data)
        try:
            while view:
                view = view[os.write(self._to, view) :]
        except BrokenPipeError:
            pass

    def control(self, **fields: object) -> None:
        self.raw(message(0, msgpack.packb(fields, unicode_errors="surrogatepass")))

    # reading

    def next(self) -> Message:
        """The next control message; {} at the end of the link."""
        while True:
            channel, payload = self.next_message()
            if channel < 0:
                return {}
            if channel == 0:
                value = msgpack.unpackb(payload, unicode_errors="surrogatepass")
                assert isinstance(value, dict)
                return value

    def next_message(self) -> tuple[int, bytes]:
        """The next message of any channel; (-1, b"") at the end of the link."""
        while True:
            if not self._fill(2):
                return -1, b""
            (length,) = struct.unpack_from(">H", self._received)
            assert 1 <= length <= MAX_EMITTED
            if not self._fill(2 + length):
                return -1, b""
            body = self._received[2 : 2 + length]
            self._received = self._received[2 + length :]
            self.records.append(length)
            channel = body[0] & 0x7F
            whole = self._parts.pop(channel, b"") + body[1:]
            if body[0] & 0x80:
                self._parts[channel] = whole
            else:
                return channel, whole

    def _fill(self, size: int) -> bool:
        while len(self._received) < size:
            ready, _, _ = select.select([self._from], [], [], PATIENCE)
            assert ready, "the worker says nothing"
            data = os.read(self._from, 1 << 20)
            if not data:
                return False
            self._received += data
        return True

    # together

    def ask(self, **fields: object) -> Message:
        """Send a request and return what answers it; others are dropped."""
        self.control(**fields)
        return self.answer(fields["id"])

    def answer(self, number: object) -> Message:
        while True:
            got = self.next()
            if not got or got["op"] in ("fatal", "abort"):
                return got
            if got.get("id") == number and got["op"] not in ("chunk", "call"):
                return got

    def evaluate(self, source: str, number: int = 1, **more: object) -> Message:
        return self.ask(op="evaluate", id=number, source=source, **more)

    def snapshot(self, number: int = 99) -> bytes:
        self.control(op="snapshot", id=number)
        body = b""
        while True:
            got = self.next()
            if got["op"] != "chunk":
                assert got["op"] == "result", got
                assert got["value"] == len(body)
                return body
            body += got["data"]

    # the process

    @property
    def page(self) -> tuple[int, ...]:
        """magic, interrupt, debug, state, cranks, crank meter, total meter."""
        return PAGE.unpack_from(self._page)

    def interrupt(self) -> None:
        struct.pack_into("<I", self._page, 4, 1)

    def end_input(self) -> None:
        if self._to >= 0:
            os.close(self._to)
            self._to = -1

    def status(self) -> int:
        """End the input and wait: the exit status, minus the signal."""
        self.end_input()
        if self._status is None:
            _, raw = os.waitpid(self.pid, 0)
            self._status = os.waitstatus_to_exitcode(raw)
        return self._status

    def close(self) -> None:
        self.end_input()
        if self._status is None:
            os.kill(self.pid, 9)
            self.status()
        os.close(self._from)
        self._debug.close()
        self._page.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
