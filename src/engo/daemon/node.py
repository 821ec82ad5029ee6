"""The daemon itself: what there is, and how the value of each formula is made."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from engo.captp import JSError, JSReferenceError, Promise, Turns
from engo.captp.marshal import decode
from engo.daemon import evaluations, inspector
from engo.daemon.blobs import ReadableBlob
from engo.daemon.callers import Caller, Tags
from engo.daemon.coroutines import start, until, until_all
from engo.daemon.endo import Endo
from engo.daemon.genesis import Roots
from engo.daemon.host import EndoHost
from engo.daemon.hub import EndoDirectory
from engo.daemon.keeping import Keeping
from engo.daemon.live import Context, LiveValues
from engo.daemon.names import NameStore
from engo.daemon.outside import Outside
from engo.daemon.settings import Settings
from engo.daemon.traces import ClientTraces, Traces
from engo.daemon.workers import EndoWorker, Workers
from engo.formula.engines import ORDINARY
from engo.formula.ids import (
    NUMBER_BYTES,
    FormulaId,
    FormulaNumber,
    NodeNumber,
    check_id,
    make_id,
    number_of_bytes,
    split_id,
)
from engo.formula.types import Formula, references
from engo.store.content import ContentStore
from engo.store.database import Database
from engo.store.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from typing import Any


MAX_FORMULAS = 1_000
"""Formulas that are remembered besides being stored."""


class Daemon:
    """One node: its formulas, its live values, its workers.

    `turns` runs everything; `outside` is its only way to the world.
    """

    def __init__(
        self,
        turns: Turns,
        outside: Outside,
        database: Database,
        content: ContentStore,
        node: NodeNumber,
        roots: Roots,
        version: str,
        settings: Settings,
    ) -> None:
        self.turns = turns
        self.outside = outside
        self.database = database
        self.content = content
        self.node = node
        self.roots = roots
        self.version = version
        self.settings = settings
        self.traces = Traces()
        self.tags = Tags()
        self.live = LiveValues(turns, outside.log)
        self.keeping = Keeping(
            self, [roots.endo, roots.apps, roots.least_authority, roots.peers]
        )
        self.workers = Workers(self)
        self.name_stores: dict[FormulaNumber, NameStore] = {}
        self._formulas: dict[FormulaNumber, Formula] = {}  # some that are kept
        self.gateway = inspector.gateway(self)
        turns.start_coroutine = self._start

    def _start(self, coroutine: "Coroutine[Any, Any, Any]") -> Promise:
        return start(self.turns, coroutine)

    # ---- life

    async def open(self) -> None:
        """Collect what was left over, and revive the pins."""
        roots = [
            self.roots.endo,
            self.roots.apps,
            self.roots.least_authority,
            self.roots.peers,
        ]
        gone = await until(self.outside.commit(lambda state: state.collect_all(roots)))
        self.keeping.forget(gone)
        await until(
            self.outside.run(lambda: self.content.retain_only(self.database.contents()))
        )
        await self.revive_pins()

    async def revive_pins(self) -> None:
        """Make the values of PINS, so that they run without being asked for."""
        store = self.name_store(self.formula(self.roots.pins)["petStore"])
        for name, found in store.entries():
            self.provide(found).when(
                lambda _: None,
                lambda error, name=name: self.outside.log(  # type: ignore[misc]
                    f"pin {name} is not revived: {error}"
                ),
            )

    def close(self) -> None:
        """End all workers."""
        self.workers.end_all(JSError("the daemon is ending"))

    def bootstrap(self, caller: Caller, traces: ClientTraces) -> Endo:
        """What a connection gets first."""
        return Endo(self, caller, traces)

    def caller_left(self, caller: Caller) -> None:
        """A client has hung up: what it waited for ends."""
        for evaluation in caller.left():
            evaluation.hung_up()
        for worker in caller.workers:
            if self.database.type_of(split_id(worker)[0]) is None:
                self.workers.end(worker, JSError("its client has hung up"))

    # ---- numbers and formulas

    def new_number(self) -> FormulaNumber:
        return number_of_bytes(self.outside.random(NUMBER_BYTES))

    def id_here(self, number: FormulaNumber) -> FormulaId:
        return make_id(number, self.node)

    def check_id(self, text: object) -> FormulaId:
        """Raises JSError."""
        return check_id(text)

    def formula(self, formula: FormulaId) -> Formula:
        """The formula of an id of this node; raises JSError when there is none."""
        number, node = split_id(formula)
        if node != self.node:
            raise JSError(
                f"values of other nodes are not supported yet: this is node "
                f"{self.node[:16]}…, that one is of {node[:16]}…"
            )
        transient = self.keeping.transients.get(number)
        if transient is not None:
            return transient.formula
        found = self._formulas.get(number)
        if found is None:
            found = self.database.formula(number)
            if found is not None:
                self._remember(number, found)
        if found is None:
            raise JSReferenceError(f"No reference exists for formula {number}")
        return found

    def _remember(self, number: FormulaNumber, formula: Formula) -> None:
        """Formulas do not change while they are kept."""
        if len(self._formulas) >= MAX_FORMULAS:
            del self._formulas[next(iter(self._formulas))]
        self._formulas[number] = formula

    def forget_formula(self, number: FormulaNumber) -> None:
        """It has been collected."""
        self._formulas.pop(number, None)
        self.name_stores.pop(number, None)

    def type_of(self, formula: FormulaId) -> str:
        kind: str = self.formula(formula)["type"]
        return kind

    def engine_of(self, worker: FormulaId) -> str:
        """The engine of a worker's formula, else that of the setting."""
        engine: str = self.formula(worker).get("engine", self.settings.engine)
        return engine

    def image_of(self, worker: FormulaId) -> str:
        """The image of a worker's formula, else that of all."""
        image: str = self.formula(worker).get("image", ORDINARY)
        return image

    def name_store(self, formula: FormulaId) -> NameStore:
        """The names of a pet-store formula."""
        number = split_id(formula)[0]
        found = self.name_stores.get(number)
        if found is None:
            found = self.name_stores[number] = NameStore(self, number)
        return found

    async def writes_settled(self) -> None:
        """Names that were written before are there to be read."""
        if self.outside.writes_pending:
            await until(self.outside.writes_settled())

    # ---- values

    def provide(self, formula: FormulaId) -> Promise:
        """The value of a formula; made when it is not live."""
        found = self.live.value(formula)
        if found is not None:
            return found
        transient = self.keeping.transients.get(split_id(formula)[0])
        if transient is not None and transient.held is not None:
            return self.turns.resolved(transient.held.value())
        try:
            recipe = self.formula(formula)
        except (JSError, StoreError) as error:
            return self.turns.rejected(error)
        depends = references(recipe) if recipe["type"] in _DEPENDENT else ()
        maker = _MAKERS[recipe["type"]]
        self.live.make(formula, depends, lambda context: maker(self, recipe, context))
        made = self.live.value(formula)
        assert made is not None
        return made

    def start(self, coroutine: "Coroutine[Any, Any, Any]") -> Promise:
        return start(self.turns, coroutine)


Maker = Callable[[Daemon, Formula, Context], object]


def _worker(daemon: Daemon, formula: Formula, context: Context) -> object:
    context.on_cancel(lambda reason: daemon.workers.end(context.id, reason))
    return EndoWorker()


def _host(daemon: Daemon, formula: Formula, context: Context) -> object:
    return EndoHost(daemon, formula, context.id, None)


def _directory(daemon: Daemon, formula: Formula, context: Context) -> object:
    return EndoDirectory(daemon, daemon.name_store(formula["petStore"]))


def _inspector(daemon: Daemon, formula: Formula, context: Context) -> object:
    return inspector.EndoInspectorHub(daemon, daemon.name_store(formula["petStore"]))


def _blob(daemon: Daemon, formula: Formula, context: Context) -> object:
    return ReadableBlob(daemon, formula["content"])


def _evaluation(daemon: Daemon, formula: Formula, context: Context) -> object:
    return daemon.start(evaluations.make_evaluation(daemon, formula, context))


def _lookup(daemon: Daemon, formula: Formula, context: Context) -> object:
    async def look_up() -> object:
        hub = await until(daemon.provide(formula["hub"]))
        return await until(daemon.turns.send(hub, "lookup", list(formula["path"])))

    return daemon.start(look_up())


def _marshal(daemon: Daemon, formula: Formula, context: Context) -> object:
    slots: list[FormulaId] = formula["slots"]

    async def unmarshal() -> object:
        values = await until_all([daemon.provide(slot) for slot in slots])
        found = dict(zip(slots, values, strict=True))
        return decode(
            formula["body"], list(slots), lambda slot, _: found[FormulaId(slot)]
        )

    return daemon.start(unmarshal())


def _fixed(make: Callable[[], object]) -> Maker:
    return lambda daemon, formula, context: make()


_DEPENDENT = frozenset({"eval", "run-module", "lookup", "marshal"})
"""Types whose values end with those that they were made from."""

_MAKERS: dict[str, Maker] = {
    "endo": lambda daemon, formula, context: Endo(daemon, None, None),
    "host": _host,
    "guest": _fixed(inspector.LeastAuthority),
    "handle": _fixed(inspector.handle),
    "worker": _worker,
    "least-authority": _fixed(inspector.LeastAuthority),
    "loopback-network": _fixed(inspector.loopback),
    "pet-store": _fixed(lambda: inspector.internal("pet-store")),
    "mailbox-store": _fixed(lambda: inspector.internal("mailbox-store")),
    "known-peers-store": _fixed(lambda: inspector.internal("known-peers-store")),
    "directory": _directory,
    "mail-hub": _fixed(inspector.MailHub),
    "pet-inspector": _inspector,
    "eval": _evaluation,
    "lookup": _lookup,
    "marshal": _marshal,
    "readable-blob": _blob,
    "make-unconfined": _fixed(inspector.web),
    "run-module": _evaluation,
}
