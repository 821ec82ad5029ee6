"""The bootstrap object: what a client gets first, one for each connection."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from engo.captp import Exo, Undefined, method
from engo.daemon.callers import Caller
from engo.daemon.coroutines import until
from engo.daemon.host import EndoHost
from engo.daemon.traces import ClientTraces
from engo.daemon.unsupported import unsupported

if TYPE_CHECKING:
    from engo.daemon.node import Daemon

LATER = frozenset({"addPeerInfo", "greeter"})
_OWN = frozenset({"attachConsole", "errorTrace", "version", "workers"})
"""Engo's additions; not among the method names, whose text is Endo's."""


class Endo(Exo):
    """The bootstrap object of one connection; ENDO is one without a connection."""

    def __init__(
        self, daemon: "Daemon", caller: Caller | None, traces: ClientTraces | None
    ) -> None:
        super().__init__("Endo")
        self._daemon = daemon
        self._caller = caller
        self._traces = traces
        self._host: EndoHost | None = None  # the facet of this connection

    def captp_method_names(self) -> list[str]:
        return sorted((set(super().captp_method_names()) | LATER) - _OWN)

    def captp_find(self, name: str) -> Callable[..., object] | None:
        return unsupported(name) if name in LATER else super().captp_find(name)

    @method
    def ping(self) -> str:
        return "pong"

    @method
    def terminate(self) -> object:
        self._daemon.outside.stop()
        return Undefined

    @method
    async def host(self) -> object:
        host = await until(self._daemon.provide(self._daemon.roots.host))
        if self._caller is None or not isinstance(host, EndoHost):
            return host
        if self._host is None:
            self._host = host.for_caller(self._caller)
        return self._host

    @method("leastAuthority")
    async def least_authority(self) -> object:
        return await until(self._daemon.provide(self._daemon.roots.least_authority))

    @method
    def gateway(self) -> object:
        return self._daemon.gateway

    @method("nodeNumber")
    def node_number(self) -> str:
        return self._daemon.node

    @method("reviveNetworks")
    def revive_networks(self) -> object:
        return Undefined

    @method("revivePins")
    async def revive_pins(self) -> object:
        await self._daemon.revive_pins()
        return Undefined

    # ---- Engo's additions

    @method("attachConsole")
    def attach_console(self, sink: object) -> object:
        """Console lines of what this connection starts go to `sink.write`."""
        if self._caller is not None:
            self._caller.sink = sink
        return Undefined

    @method("errorTrace")
    def error_trace(self, error_id: object) -> object:
        """Where an error that was sent over this connection came from."""
        found = None if self._traces is None else self._traces.find(error_id)
        return Undefined if found is None else found

    @method
    def version(self) -> str:
        return self._daemon.version

    @method
    def workers(self) -> list[dict[str, object]]:
        """A record of each worker that has a process."""
        return self._daemon.workers.running()
