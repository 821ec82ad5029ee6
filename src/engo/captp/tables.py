"""Who holds what on one connection: plain dictionaries and counters.

    table      key            value                     given by  freed by
    exports    o+N, p+N       our object or promise     us        the peer's CTP_DROP
    imports    o-N, p-N, t-N  presence or promise       the peer  our CTP_DROP
    questions  q-N            resolver of the answer    us        the peer's CTP_RETURN
    answers    q-N            promise of the answer     the peer  its CTP_DROP
    resolvers  p-N            resolver of a promise     the peer  its CTP_RESOLVE

Numbers are never used twice. No messages here, and no promises' behaviour.

References are counted as @endo/captp counts: once for each message that mentions a
slot, by the exporter when it sends and by the importer when it receives.
"""

from __future__ import annotations

from _weakref import ref

from .errors import TooManyExports

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .limits import Limits
    from .promise import Promise, Resolver


class ImportReference(ref):  # type: ignore[type-arg]  # generic in stubs only
    """A weak reference that knows the slot it was imported under."""

    __slots__ = ("slot",)
    slot: str


class Tables:
    """The tables of one connection."""

    __slots__ = (
        "_dead",
        "answers",
        "collecting",
        "dropping",
        "export_slots",
        "exports",
        "gone",
        "imports",
        "last_object",
        "last_promise",
        "last_question",
        "limits",
        "questions",
        "references",
        "resolvers",
        "unanswered",
    )

    def __init__(
        self, limits: Limits, collecting: bool, dropping: bool = False
    ) -> None:
        self.limits = limits
        self.collecting = collecting  # imports are held weakly and dropped
        self.dropping = collecting or dropping  # answers of the peer's are, at least
        self.exports: dict[str, object] = {}
        self.export_slots: dict[int, str] = {}  # id(exported) -> slot
        # Values, or ImportReferences to them when collecting; q-N when dropping.
        self.imports: dict[str, object] = {}
        self.questions: dict[str, Resolver] = {}
        self.resolvers: dict[str, Resolver] = {}
        self.answers: dict[str, Promise] = {}
        self.unanswered: set[str] = set()  # of these, those that nothing was sent for
        self.references: dict[str, int] = {}  # slot -> messages that mentioned it
        self.last_object = 0
        self.last_promise = 0
        self.last_question = 0
        # Slots with their counts that `dropped` is to name though nothing held them.
        self.gone: list[tuple[str, int]] = []
        # Filled by the collector at any moment, in any thread; emptied by `dropped`.
        self._dead: list[ImportReference] = []

    def export(self, value: object, is_promise: bool) -> str:
        """A new slot for a value of ours; raises TooManyExports."""
        if len(self.exports) >= self.limits.exports:
            raise TooManyExports(
                f"expected at most {self.limits.exports} exports at a time"
            )
        if is_promise:
            self.last_promise += 1
            slot = f"p+{self.last_promise}"
        else:
            self.last_object += 1
            slot = f"o+{self.last_object}"
        self.exports[slot] = value
        self.export_slots[id(value)] = slot
        return slot

    def free_export(self, slot: str) -> None:
        """Forget an export, if it is one."""
        self.references.pop(slot, None)
        if slot in self.exports:
            value = self.exports.pop(slot)
            if self.export_slots.get(id(value)) == slot:
                del self.export_slots[id(value)]

    def retire_export(self, value: object) -> None:
        """Keep an export for the peer, but give it a new slot when sent again."""
        self.export_slots.pop(id(value), None)

    def release(self, slot: str, references: int) -> None:
        """The peer lets go of an export of ours that it counted so often."""
        left = self.references.get(slot, 0) - references
        if left > 0:  # a message that mentions it again is still on its way
            self.references[slot] = left
        else:
            self.free_export(slot)

    def question(self) -> str:
        """The next question's id."""
        self.last_question += 1
        return f"q-{self.last_question}"

    def count(self, slot: str) -> None:
        """One more message mentions the slot."""
        self.references[slot] = self.references.get(slot, 0) + 1

    def keep_import(self, slot: str, value: object) -> None:
        """Remember what an imported slot stands for."""
        if self.collecting or slot[0] == "q":
            reference = ImportReference(value, self._dead.append)
            reference.slot = slot
            self.imports[slot] = reference
        else:
            self.imports[slot] = value

    def imported(self, slot: str) -> object:
        """What an imported slot stands for, or None."""
        found = self.imports.get(slot)
        return found() if isinstance(found, ImportReference) else found

    @property
    def has_dropped(self) -> bool:
        """Whether `dropped` would say something."""
        return bool(self._dead or self.gone)

    def dropped(self) -> list[tuple[str, int]]:
        """Imports that were collected since, with their counts; they are forgotten."""
        dead, self._dead[:] = self._dead[:], ()
        gone, self.gone = self.gone, []
        for reference in dead:
            slot = reference.slot
            if self.imports.get(slot) is reference:  # else it was imported anew
                del self.imports[slot]
                gone.append((slot, self.references.pop(slot, 0)))
        return gone

    def clear(self) -> None:
        """The connection has ended: let go of everything, tell nobody."""
        self.exports.clear()
        self.export_slots.clear()
        self.imports.clear()
        self.questions.clear()
        self.resolvers.clear()
        self.answers.clear()
        self.unanswered.clear()
        self.gone.clear()
        self.references.clear()
        self._dead.clear()

    def sizes(self) -> dict[str, int]:
        """How many entries each table has."""
        return {
            "exports": len(self.exports),
            "imports": len(self.imports),
            "questions": len(self.questions),
            "resolvers": len(self.resolvers),
            "answers": len(self.answers),
            "references": len(self.references),
        }
