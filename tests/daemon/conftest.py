"""Fixtures of the daemon's tests: a running daemon and a host of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .running import Host, Running

if TYPE_CHECKING:
    from collections.abc import Iterator


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A file's ENGINES: what its daemons run workers on by setting, one by one."""
    engines = getattr(metafunc.module, "ENGINES", ("native",))
    if metafunc.definition.get_closest_marker("processes") is not None:
        engines = ("native",)
    if "engine" in metafunc.fixturenames and len(engines) > 1:
        metafunc.parametrize("engine", engines, indirect=True, scope="module")


@pytest.fixture(scope="module")
def engine(request: pytest.FixtureRequest) -> str:
    """What workers run on that nobody chose an engine for."""
    return str(getattr(request, "param", "native"))


@pytest.fixture(scope="session")
def wasm_home(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Where daemons keep WebAssembly's machine code, which takes seconds to make."""
    return str(tmp_path_factory.mktemp("cache"))


def made(factory: pytest.TempPathFactory, engine: str, wasm_home: str) -> Running:
    found = Running(factory.mktemp("d"))  # short: a socket's path is limited
    if engine != "native":
        found.environment["ENGO_ENGINE"] = engine
        found.environment["XDG_CACHE_HOME"] = wasm_home
    return found


@pytest.fixture
def running(
    tmp_path_factory: pytest.TempPathFactory, engine: str, wasm_home: str
) -> Iterator[Running]:
    """A state folder of its own, without a daemon yet."""
    found = made(tmp_path_factory, engine, wasm_home)
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


@pytest.fixture(scope="module")
def shared(
    tmp_path_factory: pytest.TempPathFactory, engine: str, wasm_home: str
) -> Iterator[Running]:
    """A daemon for all tests of a file that leave nothing behind that matters."""
    found = made(tmp_path_factory, engine, wasm_home)
    assert found.start() == "ready"
    yield found
    found.close()


@pytest.fixture
def guest(shared: Running) -> Iterator[Host]:
    """A host of the shared daemon."""
    with shared.client() as client:
        yield Host(client)
