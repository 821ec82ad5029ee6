"""The peer's own binary, driven from Python over its pipes as leanly as it allows.

Nothing of Engo is imported here. The peer speaks netstrings on descriptors 3 and 4:
``e`` evaluates, ``?`` delivers bytes to ``handleCommand``, ``w`` writes a snapshot;
answers start with ``.`` (done: a JSON meter, byte 1, data), ``!`` (error) or ``?`` (a
guest's ``issueCommand``).
"""

from __future__ import annotations

import os
from pathlib import Path


class PeerWorker:
    """One ``xsnap-worker`` process."""

    def __init__(self, executable: Path, snapshot: Path | None = None) -> None:
        host_read, child_write = os.pipe()
        child_read, host_write = os.pipe()
        arguments = [str(executable), "bench"]
        if snapshot is not None:
            arguments += ["-r", str(snapshot)]
        self.pid = os.posix_spawn(
            executable,
            arguments,
            os.environ,
            file_actions=[
                (os.POSIX_SPAWN_DUP2, child_read, 23),
                (os.POSIX_SPAWN_DUP2, child_write, 24),
                (os.POSIX_SPAWN_DUP2, 23, 3),
                (os.POSIX_SPAWN_DUP2, 24, 4),
            ],
        )
        os.close(child_read)
        os.close(child_write)
        self._read_fd, self._write_fd = host_read, host_write
        self._buffer = bytearray()

    def send(self, body: bytes) -> None:
        """Write one netstring."""
        data = memoryview(b"%d:%b," % (len(body), body))
        while data:
            data = data[os.write(self._write_fd, data) :]

    def receive(self) -> bytes:
        """Return the body of the next netstring."""
        buffer = self._buffer
        while (colon := buffer.find(b":", 0, 12)) < 0:
            buffer += self._more()
        end = colon + 1 + int(buffer[:colon])
        while len(buffer) <= end:
            buffer += self._more()
        body = bytes(memoryview(buffer)[colon + 1 : end])
        del buffer[: end + 1]
        return body

    def request(self, body: bytes) -> bytes:
        """Send one command, answer the guest's calls with their own bytes."""
        self.send(body)
        while True:
            answer = self.receive()
            if answer[:1] == b"?":
                self.send(b"/" + answer[1:])
            elif answer[:1] == b".":
                return answer[answer.find(b"\1") + 1 :]
            else:
                raise RuntimeError(f"the peer answered {answer[:200]!r}")

    def evaluate(self, source: str) -> bytes:
        return self.request(b"e" + source.encode())

    def deliver(self, data: bytes) -> bytes:
        return self.request(b"?" + data)

    def deliver_many(self, data: bytes, count: int) -> None:
        """Deliver ``count`` messages without waiting between them."""
        for _ in range(count):
            self.send(b"?" + data)
        for _ in range(count):
            self.receive()

    def snapshot(self, path: Path) -> None:
        self.request(b"w" + str(path).encode())

    def close(self) -> None:
        os.close(self._write_fd)
        os.close(self._read_fd)
        os.waitpid(self.pid, 0)

    def _more(self) -> bytes:
        data = os.read(self._read_fd, 262144)
        if not data:
            raise RuntimeError("the peer closed its pipe")
        return data
