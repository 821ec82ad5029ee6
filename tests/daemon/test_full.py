"""A disk that takes no more while the daemon runs: named errors, and it stays up."""

from __future__ import annotations

import resource
from typing import TYPE_CHECKING

import pytest

from engo.captp import Far, RemoteError, Undefined

from .running import Host, Running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

from contextlib import contextmanager


@contextmanager
def _full(pid: int) -> Iterator[None]:
    """The process can make no file longer than a byte."""
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (1, before[1]))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, before)


def full(daemon: Running) -> AbstractContextManager[None]:
    return _full(daemon.process.pid)


def blob(text: str) -> Far:
    items = iter([{"done": False, "value": text}, {"done": True, "value": Undefined}])
    return Far("AsyncIterator", next=lambda: next(items))


def test_each_write_is_refused_and_reads_go_on(daemon: Running, host: Host) -> None:
    host.call("storeValue", "kept", "kept")
    host.evaluate("1")
    with full(daemon):
        for method, *args in (
            ("storeValue", 1, "a"),
            ("storeBlob", blob("aGVsbG8="), "b"),
            ("makeDirectory", "c"),
            ("provideWorker", "d"),
            ("remove", "kept"),
            ("move", ["kept"], ["e"]),
        ):
            with pytest.raises(RemoteError, match="state") as caught:
                host.call(str(method), *args)
            assert caught.value.js_name == "Error"
        with pytest.raises(RemoteError, match="state"):
            host.evaluate("2", name="f")
        assert host.evaluate("console.log('lost'), 3") == 3
        assert host.call("lookup", "kept") == "kept"
        assert [name for name in host.call("list") if name.islower()] == ["kept"]
    host.call("storeValue", 1, "a")
    host.call("storeBlob", blob("aGVsbG8="), "b")
    daemon.restart()
    with daemon.client() as client:
        again = Host(client)
        assert again.call("list")[-3:] == ["a", "b", "kept"]
        assert again.on(again.call("lookup", "b"), "text") == "hello"


def test_a_store_that_became_read_only(running: Running) -> None:
    running.drop_override = True
    assert running.start() == "ready"
    store = running.state / "store-sha512"
    with running.client() as client:
        host = Host(client)
        store.chmod(0o500)
        try:
            with pytest.raises(RemoteError, match="read-only: nothing was stored"):
                host.call("storeBlob", blob("aGVsbG8="), "b")
        finally:
            store.chmod(0o700)
        host.call("storeBlob", blob("aGVsbG8="), "b")
