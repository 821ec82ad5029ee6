"""kill -9 during writes: nothing that was acknowledged is lost, it always starts.

`ENGO_KILL9_ROUNDS=200 make kill9` is the long run; a few rounds are ordinary.
"""

from __future__ import annotations

import os
import random
import select
from base64 import b64encode
from typing import TYPE_CHECKING, Any

import pytest

from engo.captp import Far, Promise, Undefined

from .running import Host, Running

if TYPE_CHECKING:
    from engo.cli.client import Client

ROUNDS = int(os.environ.get("ENGO_KILL9_ROUNDS", "12"))
SEED = int(os.environ.get("ENGO_KILL9_SEED", "1"))
OUTSTANDING = 24  # requests under way


def blob(data: bytes) -> Far:
    items = iter(
        [
            {"done": False, "value": b64encode(data).decode()},
            {"done": True, "value": Undefined},
        ]
    )
    return Far("AsyncIterator", next=lambda: next(items))


class Writer:
    """Asks for changes and keeps what has been acknowledged of them.

    A name is changed by one request at a time; while that one is unanswered, both
    the old and the new are right.
    """

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._count = 0
        self.kept: dict[str, object] = {}  # acknowledged
        self.doubtful: dict[str, tuple[object, object]] = {}  # before and after

    def ask(self, host: Host) -> None:
        name = f"n{self._rng.randrange(200)}"
        if name in self.doubtful:
            return
        self._count += 1
        kind = self._rng.randrange(4)
        before = self.kept.get(name)
        after: object
        if kind == 0 and before is not None:
            after = None
            answer = host.send("remove", name)
        elif kind == 1:
            data = f"blob {self._count}".encode() * self._rng.randrange(1, 500)
            after = data
            answer = host.send("storeBlob", blob(data), name)
        else:
            after = f"[value {self._count}"
            answer = host.send("storeValue", after, name)
        self.doubtful[name] = (before, after)
        answer.when(lambda _: self._acknowledged(name), lambda _: None)

    def _acknowledged(self, name: str) -> None:
        _, after = self.doubtful.pop(name)
        if after is None:
            del self.kept[name]
        else:
            self.kept[name] = after

    def check(self, host: Host) -> None:
        """What is there is what was acknowledged, or may have been done."""
        bound = [name for name in host.call("list") if name.islower()]
        found = {name: value_of(host, name) for name in bound}
        for name, (before, after) in self.doubtful.items():
            assert found.get(name) in (before, after), name
        for name, value in self.kept.items():
            if name not in self.doubtful:
                assert found.get(name) == value, name
        assert not set(found) - set(self.kept) - set(self.doubtful)
        self.kept = found
        self.doubtful = {}


def value_of(host: Host, name: str) -> object:
    value: Any = host.call("lookup", name)
    if isinstance(value, str):
        return value
    text: str = host.on(value, "text")
    return text.encode()


def pump(client: Client, seconds: float) -> bool:
    """Receive what has come; False when the daemon has gone."""
    client._flush()
    while select.select([client._socket], [], [], seconds)[0]:
        client._receive()
        client.turns.run()
        client._flush()
        if not client.session.connected:
            return False
        seconds = 0.0
    return True


@pytest.mark.timeout(60 + 6 * ROUNDS)
def test_no_acknowledged_value_is_lost(running: Running) -> None:
    rng = random.Random(SEED)
    writer = Writer(rng)
    acknowledged = 0
    for _ in range(ROUNDS):
        assert running.start() == "ready"
        with running.client() as client:
            host = Host(client)
            writer.check(host)
            remaining = rng.randrange(1, 400)
            while remaining > 0:
                while len(writer.doubtful) < OUTSTANDING and remaining > 0:
                    writer.ask(host)
                    client.turns.run()
                    remaining -= 1
                assert pump(client, rng.random() * 0.003)
            acknowledged += len(writer.kept)
            running.kill()
            pump(client, 0.0)  # what it said before it was killed counts
    assert running.start() == "ready"
    with running.client() as client:
        writer.check(Host(client))
    assert acknowledged > 0
    assert running.output == ""


def test_killing_everything_at_once(running: Running) -> None:
    assert running.start() == "ready"
    with running.client() as client:
        host = Host(client)
        host.evaluate("let n = 0; Far('C', { up: () => ++n })", name="c", worker="w")
        answers: list[Promise] = [
            host.send("storeValue", index, f"v{index}") for index in range(50)
        ]
        client.wait(answers[-1])
        workers: Any = host.on(client.endo, "workers")
        running.kill()
    for record in workers:
        with pytest.raises(ProcessLookupError):
            _gone(record["pid"])
    assert running.start() == "ready"
    with running.client() as client:
        host = Host(client)
        assert [host.call("lookup", f"v{index}") for index in range(50)] == [*range(50)]
        assert host.evaluate("E(c).up()", c="c") == 1


def _gone(pid: int) -> None:
    """Until a worker has noticed that its supervisor is gone."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        raise
    try:
        assert select.select([descriptor], [], [], 10)[0], f"worker {pid} lives on"
    finally:
        os.close(descriptor)
    raise ProcessLookupError
