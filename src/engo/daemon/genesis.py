"""The first formulas of a new state, and where every start finds them again."""

from collections.abc import Callable
from typing import NamedTuple

from engo.formula.ids import (
    FormulaId,
    FormulaNumber,
    NodeNumber,
    derive_number,
    make_id,
)
from engo.formula.types import Formula
from engo.store.database import Database
from engo.store.transaction import Transaction

NONCE = "nonce"
NODE = "node"


class Roots(NamedTuple):
    """The formulas that are always kept, and what they lead to."""

    endo: FormulaId
    host: FormulaId
    least_authority: FormulaId
    peers: FormulaId
    apps: FormulaId
    pins: FormulaId


def open_roots(
    database: Database, node: NodeNumber, draw: Callable[[], FormulaNumber]
) -> Roots:
    """The roots of the state; a new state gets its first formulas.

    Raises StoreError, or ValueError when the state is another node's.
    """
    nonce = database.meta(NONCE)
    if nonce is None:
        nonce = draw()
        database.apply_one(_Genesis(FormulaNumber(nonce), node, draw).write)
    known = database.meta(NODE)
    if known != node:
        raise ValueError(
            f"expected node.key to be the key of node {str(known)[:16]}…, whose state "
            f"this is, got that of {node[:16]}…; put the right node.key back"
        )
    number = FormulaNumber(nonce)
    endo = database.formula(number)
    if endo is None:
        raise ValueError("expected the first formula in the state; it is not there")
    return Roots(
        endo=make_id(number, node),
        host=endo["host"],
        least_authority=endo["leastAuthority"],
        peers=endo["peers"],
        apps=make_id(derive_number(number, "APPS"), node),
        pins=endo["pins"],
    )


class _Genesis:
    def __init__(
        self,
        nonce: FormulaNumber,
        node: NodeNumber,
        draw: Callable[[], FormulaNumber],
    ) -> None:
        self._nonce = nonce
        self._node = node
        self._draw = draw
        self._formulas: dict[FormulaNumber, Formula] = {}

    def _add(self, formula: Formula, number: FormulaNumber | None = None) -> FormulaId:
        number = number or self._draw()
        self._formulas[number] = formula
        return make_id(number, self._node)

    def _derived(self, formula: Formula, purpose: str) -> FormulaId:
        return self._add(formula, derive_number(self._nonce, purpose))

    def write(self, state: Transaction) -> None:
        """Write the first formulas and the settings that lead to them."""
        networks_store = self._draw()
        networks = self._directory(networks_store)
        pins = self._directory(self._draw())
        endo = make_id(self._nonce, self._node)
        none = self._derived({"type": "least-authority"}, "least-authority")
        self._add(
            {
                "type": "endo",
                "host": self._host(endo, networks, pins),
                "leastAuthority": none,
                "networks": networks,
                "peers": self._derived({"type": "known-peers-store"}, "peers"),
                "pins": pins,
            },
            self._nonce,
        )
        apps_worker = self._derived({"type": "worker"}, "main")
        self._derived(
            {
                "type": "make-unconfined",
                "powers": none,
                "specifier": "engo:web",
                "worker": apps_worker,
            },
            "APPS",
        )
        loop = self._add({"type": "loopback-network"})
        state.add_formulas(self._formulas)
        state.bind(networks_store, "loop", loop)
        state.set_meta(NONCE, self._nonce)
        state.set_meta(NODE, self._node)

    def _directory(self, store: FormulaNumber) -> FormulaId:
        names = self._add({"type": "pet-store"}, store)
        return self._add({"type": "directory", "petStore": names})

    def _host(self, endo: FormulaId, networks: FormulaId, pins: FormulaId) -> FormulaId:
        number = self._draw()
        names = self._add({"type": "pet-store"})
        mailbox = self._add({"type": "mailbox-store"})
        return self._add(
            {
                "type": "host",
                "endo": endo,
                "handle": self._add(
                    {"type": "handle", "agent": make_id(number, self._node)}
                ),
                "inspector": self._add({"type": "pet-inspector", "petStore": names}),
                "mailHub": self._add({"type": "mail-hub", "store": mailbox}),
                "mailboxStore": mailbox,
                "networks": networks,
                "petStore": names,
                "pins": pins,
                "worker": self._add({"type": "worker"}),
            },
            number,
        )
