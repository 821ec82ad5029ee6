"""What one operation may do inside a transaction: add, bind, unbind, collect.

It may raise; the database then undoes it. SQLite's own errors pass through.
"""

import sqlite3
from collections.abc import Iterable, Mapping

from engo.formula.graph import garbage, reachable
from engo.formula.ids import FormulaId, FormulaNumber, NodeNumber, split_id
from engo.formula.types import Formula, check_formula, from_json, references, to_json
from engo.store.errors import MissingFormula


class Transaction:
    """The state as it will be when the transaction is committed."""

    __slots__ = ("_connection", "_node")

    def __init__(self, connection: sqlite3.Connection, node: NodeNumber) -> None:
        self._connection = connection
        self._node = node

    # ---- formulas

    def has_formula(self, number: FormulaNumber) -> bool:
        row = self._connection.execute(
            "SELECT 1 FROM formula WHERE number = ?", (number,)
        ).fetchone()
        return row is not None

    def add_formulas(self, formulas: Mapping[FormulaNumber, Formula]) -> None:
        """Add those that are not there yet; they may refer to one another.

        Raises MissingFormula, FormulaError.
        """
        new = {
            number: check_formula(formula)
            for number, formula in formulas.items()
            if not self.has_formula(number)
        }
        execute = self._connection.execute
        for number, formula in new.items():
            execute(
                "INSERT INTO formula VALUES (?, ?, ?)",
                (number, formula["type"], to_json(formula)),
            )
        for number, formula in new.items():
            for target in dict.fromkeys(references(formula)):
                local = self._local(target)
                if local is not None:
                    self._check_there(local)
                    execute("INSERT INTO reference VALUES (?, ?)", (number, local))

    def _local(self, reference: FormulaId) -> FormulaNumber | None:
        number, node = split_id(reference)
        return number if node == self._node else None

    def _check_there(self, number: FormulaNumber) -> None:
        if not self.has_formula(number):
            raise MissingFormula(
                f"expected a formula with the number {number[:16]}…; it is not there "
                "any more"
            )

    def has_content(self, sha512: str) -> bool:
        """Whether a formula refers to this content."""
        body = to_json({"type": "readable-blob", "content": sha512})
        row = self._connection.execute(
            "SELECT 1 FROM formula WHERE type = 'readable-blob' AND body = ?", (body,)
        ).fetchone()
        return row is not None

    # ---- names

    def id_of(self, store: FormulaNumber, name: str) -> FormulaId | None:
        row = self._connection.execute(
            "SELECT id FROM name WHERE store = ? AND name = ?", (store, name)
        ).fetchone()
        return None if row is None else FormulaId(row[0])

    def bind(self, store: FormulaNumber, name: str, bound: FormulaId) -> None:
        """Bind a name; what it was bound to before is forgotten."""
        self._check_there(store)
        local = self._local(bound)
        if local is not None and not self.has_formula(local):
            local = None
        self._connection.execute(
            "INSERT INTO name VALUES (?, ?, ?, ?) ON CONFLICT (store, name) "
            "DO UPDATE SET id = excluded.id, target = excluded.target",
            (store, name, bound, local),
        )

    def unbind(self, store: FormulaNumber, name: str) -> None:
        self._connection.execute(
            "DELETE FROM name WHERE store = ? AND name = ?", (store, name)
        )

    # ---- settings

    def set_meta(self, key: str, value: str) -> None:
        self._connection.execute(
            "INSERT INTO meta VALUES (?, ?) "
            "ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            (key, value),
        )

    # ---- collecting

    def collect(
        self, suspects: Iterable[FormulaId], roots: Iterable[FormulaId]
    ) -> dict[FormulaNumber, Formula]:
        """Delete what of the suspects' graph is retained no more; what that was."""
        pinned = self._numbers(roots)
        found = garbage(
            [number for number in self._numbers(suspects) if self.has_formula(number)],
            self._outgoing,
            self._incoming,
            pinned.__contains__,
        )
        return self._delete(found)

    def collect_all(self, roots: Iterable[FormulaId]) -> dict[FormulaNumber, Formula]:
        """Delete whatever the roots do not reach; what that was."""
        kept = reachable(self._numbers(roots), self._outgoing)
        rows = self._connection.execute("SELECT number FROM formula").fetchall()
        return self._delete({FormulaNumber(number) for (number,) in rows} - kept)

    def _numbers(self, ids: Iterable[FormulaId]) -> set[FormulaNumber]:
        local = (self._local(formula) for formula in ids)
        return {number for number in local if number is not None}

    def _outgoing(self, number: FormulaNumber) -> list[FormulaNumber]:
        rows = self._connection.execute(
            "SELECT target FROM reference WHERE source = ?1 UNION ALL "
            "SELECT target FROM name WHERE store = ?1 AND target IS NOT NULL",
            (number,),
        ).fetchall()
        return [FormulaNumber(target) for (target,) in rows]

    def _incoming(self, number: FormulaNumber) -> list[FormulaNumber]:
        rows = self._connection.execute(
            "SELECT source FROM reference WHERE target = ?1 UNION ALL "
            "SELECT store FROM name WHERE target = ?1",
            (number,),
        ).fetchall()
        return [FormulaNumber(source) for (source,) in rows]

    def _delete(self, numbers: set[FormulaNumber]) -> dict[FormulaNumber, Formula]:
        deleted: dict[FormulaNumber, Formula] = {}
        execute = self._connection.execute
        for number in numbers:
            row = execute(
                "SELECT body FROM formula WHERE number = ?", (number,)
            ).fetchone()
            if row is not None:
                deleted[number] = from_json(row[0])
                execute("DELETE FROM name WHERE store = ?", (number,))
                execute("DELETE FROM reference WHERE source = ?", (number,))
        for number in numbers:
            execute("DELETE FROM formula WHERE number = ?", (number,))
        return deleted
