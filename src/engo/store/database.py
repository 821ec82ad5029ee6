"""Formulas and names in SQLite: one writer, operations committed in groups.

`Database.apply` runs operations one after another in one transaction, so that a
single fsync makes them all last (WAL, synchronous=FULL). What it returns as done is
on the disk. An operation that raises is undone alone. Reading has a connection of
its own and sees what is committed.
"""

import contextlib
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from engo.formula.ids import FormulaId, FormulaNumber, NodeNumber
from engo.formula.types import Formula, FormulaError, from_json
from engo.store.errors import StoreCorrupt, of_sqlite
from engo.store.migrations import migrate
from engo.store.transaction import Transaction

Operation = Callable[[Transaction], Any]

_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA cache_size=-1024",
)


class Done(NamedTuple):
    """An operation that is on the disk."""

    value: Any


class Failed(NamedTuple):
    """An operation of which nothing was kept."""

    error: BaseException


Outcome = Done | Failed


def _open(path: str) -> sqlite3.Connection:
    # One thread at a time, not always the same one.
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        for pragma in _PRAGMAS:
            connection.execute(pragma)
    except BaseException:
        connection.close()
        raise
    return connection


class Database:
    """The database of one state folder; raises StoreError from every method."""

    def __init__(self, path: str) -> None:
        """Open it, make it when there is none, bring its schema up to date."""
        self._node: NodeNumber | None = None  # set by `attach`
        with _named():
            self._writer = _open(path)
            try:
                migrate(self._writer)
                self._reader = _open(path)
                self._reader.execute("PRAGMA query_only=ON")
            except BaseException:
                self._writer.close()
                raise

    def attach(self, node: NodeNumber) -> None:
        """Say which node's formulas these are; once, before the first operation."""
        self._node = node

    def close(self) -> None:
        """Close it; what is committed is on the disk already."""
        with _named():
            self._reader.close()
            self._writer.close()

    # ---- writing

    def apply(self, operations: Sequence[Operation]) -> list[Outcome]:
        """Run the operations, commit them together; an outcome for each, in order.

        When the group as a whole cannot be committed, each is tried by itself.
        """
        try:
            return self._commit(operations)
        except sqlite3.Error as error:
            self._roll_back()
            if len(operations) == 1:
                return [Failed(of_sqlite(error))]
        outcomes: list[Outcome] = []
        for operation in operations:
            outcomes.extend(self.apply([operation]))
        return outcomes

    def apply_one(self, operation: Operation) -> Any:
        """Run one operation; its value. Raises what it raised."""
        outcome = self.apply([operation])[0]
        if isinstance(outcome, Failed):
            raise outcome.error
        return outcome.value

    def _commit(self, operations: Sequence[Operation]) -> list[Outcome]:
        if self._node is None:
            raise RuntimeError("expected attach() before the first operation")
        connection = self._writer
        transaction = Transaction(connection, self._node)
        outcomes: list[Outcome] = []
        connection.execute("BEGIN IMMEDIATE")
        for operation in operations:
            connection.execute("SAVEPOINT operation")
            try:
                outcomes.append(Done(operation(transaction)))
            except sqlite3.Error:
                raise  # the transaction as a whole is in doubt
            except Exception as error:
                connection.execute("ROLLBACK TO operation")
                outcomes.append(Failed(error))
            connection.execute("RELEASE operation")
        connection.execute("COMMIT")
        return outcomes

    def _roll_back(self) -> None:
        if self._writer.in_transaction:
            with contextlib.suppress(sqlite3.Error):  # SQLite may have done it itself
                self._writer.execute("ROLLBACK")

    # ---- reading what is committed

    def meta(self, key: str) -> str | None:
        """A setting of the state."""
        with _named():
            row = self._one("SELECT value FROM meta WHERE key = ?", key)
        return None if row is None else str(row[0])

    def formula(self, number: FormulaNumber) -> Formula | None:
        """A formula; raises StoreCorrupt when it cannot be read."""
        with _named():
            row = self._one("SELECT body FROM formula WHERE number = ?", number)
        return None if row is None else _read(number, row[0])

    def type_of(self, number: FormulaNumber) -> str | None:
        """A formula's type alone."""
        with _named():
            row = self._one("SELECT type FROM formula WHERE number = ?", number)
        return None if row is None else str(row[0])

    def id_of(self, store: FormulaNumber, name: str) -> FormulaId | None:
        """What a name is bound to in one store of names."""
        with _named():
            row = self._one(
                "SELECT id FROM name WHERE store = ? AND name = ?", store, name
            )
        return None if row is None else FormulaId(row[0])

    def entries(self, store: FormulaNumber) -> list[tuple[str, FormulaId]]:
        """The names of one store and what they are bound to, sorted by name."""
        with _named():
            rows = self._reader.execute(
                "SELECT name, id FROM name WHERE store = ? ORDER BY name", (store,)
            ).fetchall()
        return [(name, FormulaId(bound)) for name, bound in rows]

    def names_of(self, store: FormulaNumber, bound: FormulaId) -> list[str]:
        """The names bound to an id in one store, sorted."""
        with _named():
            rows = self._reader.execute(
                "SELECT name FROM name WHERE store = ? AND id = ? ORDER BY name",
                (store, bound),
            ).fetchall()
        return [name for (name,) in rows]

    def formulas(self, kind: str) -> list[tuple[FormulaNumber, Formula]]:
        """All formulas of a type; raises StoreCorrupt when one cannot be read."""
        with _named():
            rows = self._reader.execute(
                "SELECT number, body FROM formula WHERE type = ?", (kind,)
            ).fetchall()
        read: dict[str, Formula] = {}  # thousands of workers have the same text
        for number, body in rows:
            if body not in read:
                read[body] = _read(number, body)
        return [(FormulaNumber(number), read[body]) for number, body in rows]

    def bound(self, kind: str) -> list[tuple[FormulaNumber, str, FormulaNumber]]:
        """All names of formulas of a type: the store, the name, the formula."""
        with _named():
            rows = self._reader.execute(
                "SELECT name.store, name.name, name.target FROM name "
                "JOIN formula ON formula.number = name.target WHERE formula.type = ?",
                (kind,),
            ).fetchall()
        return [
            (FormulaNumber(store), name, FormulaNumber(target))
            for store, name, target in rows
        ]

    def contents(self) -> set[str]:
        """The SHA-512s that formulas refer to."""
        with _named():
            rows: Iterable[tuple[str]] = self._reader.execute(
                "SELECT body FROM formula WHERE type = 'readable-blob'"
            ).fetchall()
        return {str(from_json(body)["content"]) for (body,) in rows}

    def count(self) -> int:
        """How many formulas there are."""
        with _named():
            return int(
                self._reader.execute("SELECT count(*) FROM formula").fetchone()[0]
            )

    def _one(self, query: str, *arguments: str) -> tuple[Any, ...] | None:
        row: tuple[Any, ...] | None = self._reader.execute(query, arguments).fetchone()
        return row


def _read(number: str, body: str) -> Formula:
    try:
        return from_json(body)
    except FormulaError as error:
        raise StoreCorrupt(f"formula {number[:16]}…: {error}") from error


@contextlib.contextmanager
def _named() -> Any:
    """SQLite's errors leave as ours."""
    try:
        yield
    except sqlite3.Error as error:
        raise of_sqlite(error) from error
