"""The host: the agent of the person who owns the daemon, with names and programs.

Each connection has a facet of its own over the same names, so that what a client
started ends with it. A facet whose `caller` is None is everybody's: guests get it.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from engo.captp import (
    JSError,
    JSTypeError,
    Presence,
    Remotable,
    Undefined,
    method,
)
from engo.captp.jstext import quote
from engo.captp.marshal import encode_smallcaps
from engo.daemon import blobs
from engo.daemon.callers import Caller
from engo.daemon.coroutines import until
from engo.daemon.evaluations import Evaluation, non_worker
from engo.daemon.hub import NameHub, unknown_name
from engo.daemon.incarnation import Incarnation
from engo.daemon.names import NameStore
from engo.daemon.unsupported import method_names, unsupported
from engo.daemon.workerlist import list_workers
from engo.formula.engines import ORDINARY, check_engine, check_image
from engo.formula.ids import FormulaId, FormulaNumber
from engo.formula.names import (
    Name,
    check_name,
    check_name_or_path,
    check_pet_name,
    shown,
)
from engo.formula.types import Formula

if TYPE_CHECKING:
    from engo.daemon.node import Daemon

LATER = method_names(
    "accept addPeerInfo adopt deliver dismiss followMessages greeter invite "
    "listMessages makeBundle makeUnconfined provideGuest provideHost reject request "
    "resolve send"
)
"""Endo's methods that Engo does not have yet."""
_OWN = frozenset(
    {"listWorkers", "resumeWorker", "runModule", "spawnWorker", "suspendWorker"}
)
"""Engo's additions; not among the method names, whose text is Endo's."""
_POWERS = ("NONE", "AGENT", "ENDO")

Extra = dict[FormulaNumber, Formula]


class _Wanted(NamedTuple):
    """What a worker should be; None: whatever it is."""

    engine: str | None
    image: str | None


_ANY = _Wanted(None, None)


class EndoHost(NameHub):
    """A host, as one connection or everybody sees it."""

    def __init__(
        self, daemon: "Daemon", formula: Formula, this: FormulaId, caller: Caller | None
    ) -> None:
        super().__init__("EndoHost", daemon, daemon.name_store(formula["petStore"]))
        self._formula = formula
        self._id = this
        self._caller = caller
        self.specials = {
            "APPS": daemon.roots.apps,
            "AGENT": this,
            "SELF": formula["handle"],
            "MAIN": formula["worker"],
            "ENDO": formula["endo"],
            "NETS": formula["networks"],
            "PINS": formula["pins"],
            "INFO": formula["inspector"],
            "MAIL": formula["mailHub"],
            "NONE": daemon.roots.least_authority,
        }

    def for_caller(self, caller: Caller) -> "EndoHost":
        """A facet of one connection."""
        facet = EndoHost(self.daemon, self._formula, self._id, caller)
        self.daemon.live.remember(facet, self._id)
        return facet

    def captp_method_names(self) -> list[str]:
        names = set(super().captp_method_names())
        return sorted((names | LATER) - _OWN)

    def captp_find(self, name: str) -> Callable[..., object] | None:
        return unsupported(name) if name in LATER else super().captp_find(name)

    async def provide_here(self, name: Name) -> object:
        if name == "AGENT" and self._caller is not None:
            return self
        return await super().provide_here(name)

    # ---- names

    @method("reverseIdentify")
    async def reverse_identify(self, formula: object) -> list[str]:
        return await self.names_of([self.daemon.check_id(formula)])

    @method
    async def handle(self) -> object:
        return await until(self.daemon.provide(self._formula["handle"]))

    @method
    async def gateway(self) -> object:
        return self.daemon.gateway

    @method("getPeerInfo")
    def get_peer_info(self) -> dict[str, object]:
        return {"addresses": [], "node": self.daemon.node}

    # ---- storing

    @method("storeBlob")
    async def store_blob(self, reader: object, name_or_path: object) -> object:
        path = check_name_or_path(name_or_path)
        target = await self.target_of(path)
        daemon = self.daemon
        writer = daemon.content.writer(daemon.outside.random(16).hex())
        try:
            await blobs.receive(daemon, reader, writer)
            number = daemon.new_number()
            formula = {"type": "readable-blob", "content": writer.sha512}
            await daemon.keeping.bind(
                *target, daemon.id_here(number), {number: formula}, writer
            )
        finally:
            writer.abandon()
        return await until(daemon.provide(daemon.id_here(number)))

    @method("storeValue")
    async def store_value(self, value: object, name_or_path: object) -> object:
        target = await self.target_of(check_name_or_path(name_or_path))
        daemon = self.daemon

        def slot_for(capability: object) -> tuple[str, str | None]:
            iface = None
            if isinstance(capability, (Remotable, Presence)):
                iface = capability.iface
            return daemon.live.id_of(capability), iface

        body, slots = encode_smallcaps(value, slot_for)
        number = daemon.new_number()
        formula = {"type": "marshal", "body": body, "slots": slots}
        await daemon.keeping.bind(*target, daemon.id_here(number), {number: formula})
        return Undefined

    # ---- workers and programs

    @method("provideWorker")
    async def provide_worker(self, name_or_path: object) -> object:
        path = check_name_or_path(name_or_path)
        return await self._provide_worker(path, _ANY)

    @method("spawnWorker")
    async def spawn_worker(
        self, name_or_path: object, engine: object, image: object
    ) -> object:
        """`provideWorker` of an engine, an image or both: a worker of another is no
        such worker."""
        path = check_name_or_path(name_or_path)
        wanted = _ANY
        if image is not Undefined:
            wanted = wanted._replace(image=check_image(image))
        if engine is not Undefined or wanted == _ANY:
            wanted = wanted._replace(engine=check_engine(engine))
        return await self._provide_worker(path, wanted)

    async def _provide_worker(self, path: list[Name], wanted: "_Wanted") -> object:
        found = await self._find(path)
        if found is None:
            found = await self._new_worker(path, wanted)
            self.daemon.workers.incarnation(found).facet()
        elif wanted != _ANY:
            self._check_worker(found, path)
            known = _Wanted(self.daemon.engine_of(found), self.daemon.image_of(found))
            for what, is_of, should in zip(_Wanted._fields, known, wanted, strict=True):
                if should not in (None, is_of):
                    raise JSError(
                        f"{quote('.'.join(path))} is a worker of {what} {is_of} "
                        f"already, not {should}; remove it, or choose another name"
                    )
        return await until(self.daemon.provide(found))

    @method("listWorkers")
    async def list_workers(self) -> object:
        """A record of each worker: names, engine, state, and what it uses."""
        return await list_workers(self)

    @method("suspendWorker")
    async def suspend_worker(self, name_or_path: object) -> object:
        await until((await self._incarnation(name_or_path)).suspend())
        return Undefined

    @method("resumeWorker")
    async def resume_worker(self, name_or_path: object) -> object:
        await until((await self._incarnation(name_or_path)).resume())
        return Undefined

    async def _incarnation(self, name_or_path: object) -> Incarnation:
        """The incarnation of a worker that is known; raises JSError."""
        path = check_name_or_path(name_or_path)
        found = await self._find(path)
        if found is None:
            raise unknown_name(".".join(path))
        self._check_worker(found, path)
        return self.daemon.workers.incarnation(found)

    def _check_worker(self, found: FormulaId, path: list[Name]) -> None:
        kind = self.daemon.type_of(found)
        if kind != "worker":
            shown_path = quote(".".join(path))
            raise JSError(f"expected {shown_path} to be a worker, found a {kind}")

    async def _find(self, path: list[Name]) -> FormulaId | None:
        if len(path) == 1:
            return await self.identify_here(path[0])
        found = await self.identify(*path)
        return None if found is Undefined else self.daemon.check_id(found)

    async def _new_worker(self, path: list[Name], wanted: "_Wanted") -> FormulaId:
        target = await self.target_of(path)
        number = self.daemon.new_number()
        worker = self.daemon.id_here(number)
        engine = wanted.engine or self.daemon.settings.engine
        formula = {"type": "worker", "engine": engine}
        if wanted.image not in (None, ORDINARY):
            formula["image"] = wanted.image
        await self.daemon.keeping.bind(*target, worker, {number: formula})
        return worker

    async def _worker(self, name: object, extra: Extra) -> FormulaId:
        """The worker of a name, made when there is none; or one without a name."""
        if name is Undefined:
            number = self.daemon.new_number()
            extra[number] = {"type": "worker"}
            return self.daemon.id_here(number)
        path = check_name_or_path(name)
        found = await self._find(path)
        if found is None:
            return await self._new_worker(path, _ANY)
        if self.daemon.type_of(found) != "worker":
            raise non_worker()
        return found

    @method
    async def evaluate(
        self,
        worker_name: object,
        source: object,
        code_names: object,
        pet_names: object,
        result_name: object = Undefined,
    ) -> object:
        names = _code_names(code_names)
        if not isinstance(pet_names, list) or len(pet_names) != len(names):
            raise JSError("Evaluator requires one pet name for each code name")
        target = await self._result(result_name)
        extra: Extra = {}
        worker = await self._worker(worker_name, extra)
        values = [await self._endowment(name, extra) for name in pet_names]
        if not isinstance(source, str):
            raise JSTypeError("first argument of evaluate() must be a string")
        formula: Formula = {
            "type": "eval",
            "names": names,
            "source": source,
            "values": values,
            "worker": worker,
        }
        return await self._run(formula, extra, target)

    @method("runModule")
    async def run_module(
        self,
        worker_name: object,
        source: object,
        file_name: object,
        powers_name: object,
        arguments: object,
        result_name: object = Undefined,
    ) -> object:
        """Run a module without imports: its `main(powers, ...arguments)`."""
        if not isinstance(source, str) or not isinstance(file_name, str):
            raise JSTypeError("expected a module's source and file name as strings")
        if not isinstance(arguments, list) or not all(
            isinstance(argument, str) for argument in arguments
        ):
            raise JSTypeError("expected the arguments as an array of strings")
        target = await self._result(result_name)
        powers = await self._powers(check_name(powers_name))
        extra: Extra = {}
        worker = await self._worker(worker_name, extra)
        formula: Formula = {
            "type": "run-module",
            "arguments": arguments,
            "fileName": file_name,
            "powers": powers,
            "source": source,
            "worker": worker,
        }
        return await self._run(formula, extra, target)

    async def _run(
        self, formula: Formula, extra: Extra, target: tuple[NameStore, str] | None
    ) -> object:
        evaluation = Evaluation(self.daemon, formula, extra, self._caller)
        return await evaluation.run(target)

    async def _result(self, name_or_path: object) -> tuple[NameStore, str] | None:
        """Where the result is to be bound; complains before anything is run."""
        if name_or_path is Undefined:
            return None
        return await self.target_of(check_name_or_path(name_or_path))

    async def _endowment(self, name_or_path: object, extra: Extra) -> FormulaId:
        path = check_name_or_path(name_or_path)
        if len(path) == 1:
            found = await self.identify_here(path[0])
            if found is None:
                raise JSError(f"Unknown pet name {quote(path[0])}")
            return found
        number = self.daemon.new_number()
        extra[number] = {"type": "lookup", "hub": self._id, "path": list(path)}
        return self.daemon.id_here(number)

    async def _powers(self, name: Name) -> FormulaId:
        if name in self.specials and name not in _POWERS:
            raise JSError(f"Invalid pet name {quote(name)}")
        found = await self.identify_here(name)
        if found is None:
            raise JSError(f"Unknown pet name {quote(name)}")
        return found

    # ---- the end of values

    @method
    async def cancel(self, pet_name: object, reason: object = Undefined) -> object:
        name = pet_name if isinstance(pet_name, str) else None
        if name != "MAIN":  # Endo's daemon can be rid of a stuck MAIN by restart only
            name = check_pet_name(pet_name)
        found = await self.identify_here(check_name(name))
        if found is None:
            raise JSTypeError(f"Unknown pet name: {quote(str(name))}")
        self.daemon.live.cancel(found, _reason(reason))
        return Undefined


def _reason(reason: object) -> BaseException:
    if isinstance(reason, BaseException):
        return reason
    if isinstance(reason, str) and reason:
        return JSError(reason)
    return JSError("Cancelled")


def _code_names(names: object) -> list[str]:
    if not isinstance(names, list):
        raise JSError("Evaluator requires an array of code names")
    for name in names:
        if not isinstance(name, str):
            raise JSError(f"Invalid endowment name: {shown(name)}")
    return names
