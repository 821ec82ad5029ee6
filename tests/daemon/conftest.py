"""Fixtures of the daemon's tests: a running daemon and a host of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .running import Host, Running

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A state folder of its own, without a daemon yet."""
    found = Running(tmp_path_factory.mktemp("d"))  # short: a socket's path is limited
    yield found
    found.close()


@pytest.fixture
def daemon(running: Running) -> Running:
    """A daemon that is ready."""
    assert running.start() == "ready"
    return running


@pytest.fixture
def host(daemon: Running) -> Iterator[Host]:
    with daemon.client() as client:
        yield Host(client)


@pytest.fixture(scope="session")
def wasm_home(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Where daemons keep WebAssembly's machine code, which takes seconds to make."""
    return str(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A daemon for all tests of a file that leave nothing behind that matters."""
    found = Running(tmp_path_factory.mktemp("d"))
    assert found.start() == "ready"
    yield found
    found.close()


@pytest.fixture
def guest(shared: Running) -> Iterator[Host]:
    """A host of the shared daemon."""
    with shared.client() as client:
        yield Host(client)
