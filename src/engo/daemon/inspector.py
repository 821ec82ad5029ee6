"""INFO, and the objects whose real life comes with mail, guests and networks.

The inspector shows the formulas behind a host's names.
"""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from engo.captp import Exo, Far, JSError, Undefined, method
from engo.captp.jstext import quote
from engo.daemon.coroutines import until
from engo.daemon.names import NameStore
from engo.daemon.unsupported import method_names, unsupported
from engo.formula.ids import FormulaId, split_id
from engo.formula.names import check_name_or_path
from engo.formula.types import Formula

if TYPE_CHECKING:
    from engo.daemon.node import Daemon

Part = Callable[["Daemon", Formula], Awaitable[object]]
"""Gives one part of a formula."""

_MAIL_METHODS = method_names(
    "copy followLocatorNameChanges followNameChanges has identify list "
    "listIdentifiers locate lookup move remove reverseLocate reverseLookup write"
)
_GUEST_METHODS = method_names(
    "adopt copy deliver dismiss followLocatorNameChanges followMessages "
    "followNameChanges handle has identify list listIdentifiers listMessages locate "
    "lookup makeDirectory move reject remove request resolve reverseIdentify "
    "reverseLocate reverseLookup send write"
)


class EndoInspectorHub(Exo):
    """The formulas behind the names of one store."""

    def __init__(self, daemon: "Daemon", store: NameStore) -> None:
        super().__init__("EndoInspectorHub")
        self._daemon = daemon
        self._store = store

    @method("list")
    async def list_names(self) -> list[str]:
        await self._daemon.writes_settled()
        return self._store.names()

    @method
    async def lookup(self, name_or_path: object) -> object:
        head, *tail = check_name_or_path(name_or_path)
        await self._daemon.writes_settled()
        found = self._store.identify(head)
        if found is None:
            raise JSError(f"Unknown pet name {quote(head)}")
        value: object = Inspector(self._daemon, found)
        for name in tail:
            value = await until(self._daemon.turns.send(value, "lookup", name))
        return value


class Inspector(Exo):
    """The parts of one formula."""

    def __init__(self, daemon: "Daemon", formula: FormulaId) -> None:
        self._daemon = daemon
        self._formula = daemon.formula(formula)
        super().__init__(f"Inspector ({self._formula['type']} {split_id(formula)[0]})")

    @method("list")
    def list_names(self) -> list[str]:
        return sorted(_PARTS.get(self._formula["type"], {}))

    @method
    async def lookup(self, name_or_path: object) -> object:
        # Endo's takes any text for a name here.
        path = [name_or_path] if isinstance(name_or_path, str) else name_or_path
        if not isinstance(path, list) or len(path) != 1:
            raise JSError("Invalid name path")
        part = _PARTS.get(self._formula["type"], {}).get(path[0])
        if part is None:
            return Undefined
        return await part(self._daemon, self._formula)


def _text(member: str) -> Part:
    async def part(daemon: "Daemon", formula: Formula) -> object:
        return formula[member]

    return part


def _value(member: str) -> Part:
    async def part(daemon: "Daemon", formula: Formula) -> object:
        return await until(daemon.provide(formula[member]))

    return part


async def _endowments(daemon: "Daemon", formula: Formula) -> object:
    names, values = formula["names"], formula["values"]
    return {
        name: await until(daemon.provide(value))
        for name, value in zip(names, values, strict=True)
    }


_PARTS: dict[str, dict[str, Part]] = {
    "eval": {
        "endowments": _endowments,
        "source": _text("source"),
        "worker": _value("worker"),
    },
    "lookup": {"hub": _value("hub"), "path": _text("path")},
    "run-module": {
        "arguments": _text("arguments"),
        "fileName": _text("fileName"),
        "powers": _value("powers"),
        "source": _text("source"),
        "worker": _value("worker"),
    },
    "make-unconfined": {
        "powers": _value("powers"),
        "specifier": _text("specifier"),
        "worker": _value("worker"),
    },
}


class _Stub(Exo):
    """An object that is there, while its methods are not."""

    def __init__(self, iface: str, methods: frozenset[str]) -> None:
        super().__init__(iface)
        self._later = methods

    def captp_method_names(self) -> list[str]:
        return sorted({*super().captp_method_names(), *self._later})

    def captp_find(self, name: str) -> Callable[..., object] | None:
        found = super().captp_find(name)
        if found is None and name in self._later:
            return unsupported(name)
        return found


class MailHub(_Stub):
    """MAIL: empty until there is mail."""

    def __init__(self) -> None:
        super().__init__("MailHub", _MAIL_METHODS)

    @method("list")
    def list_names(self) -> list[str]:
        return []


def handle() -> Exo:
    """SELF: what other agents know of an agent."""
    return _Stub("Handle", frozenset({"open", "receive"}))


def web() -> Exo:
    """APPS."""
    return _Stub("WebletService", frozenset({"makeWeblet"}))


def loopback() -> Exo:
    """The network that leads back here."""
    return _Stub("Loopback Network", frozenset({"addresses", "connect", "supports"}))


def internal(kind: str) -> Exo:
    """A formula that has no value for peers."""
    raise JSError(f"a {kind} has no value of its own; look at what uses it")


class LeastAuthority(Exo):
    """NONE: a guest that is allowed nothing."""

    def __init__(self) -> None:
        super().__init__("EndoGuest")

    def captp_method_names(self) -> list[str]:
        return sorted({*super().captp_method_names(), *_GUEST_METHODS})

    def captp_find(self, name: str) -> Callable[..., object] | None:
        return _not_allowed if name in _GUEST_METHODS else super().captp_find(name)


def _not_allowed(*_: object) -> object:
    raise JSError("not allowed")


def gateway(daemon: "Daemon") -> Far:
    """Values of this node by id, for whoever holds the gateway."""

    async def provide(formula: object) -> object:
        found = daemon.check_id(formula)
        node = split_id(found)[1]
        if node != daemon.node:
            raise JSError(
                "Gateway can only provide local values. Got request for node "
                f"{quote(node)}"
            )
        return await until(daemon.provide(found))

    return Far("Gateway", {"provide": provide})
