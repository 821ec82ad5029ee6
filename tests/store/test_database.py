"""Formulas and names in SQLite: groups, collecting, and failure as a loop."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any

import pytest

from engo.captp import JSError
from engo.formula.ids import FormulaNumber, NodeNumber, make_id
from engo.store.database import Database, Done, Failed
from engo.store.errors import (
    MissingFormula,
    StoreCorrupt,
    StoreError,
    StoreFull,
    StoreNewer,
    StoreReadOnly,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from engo.store.transaction import Transaction

NODE = NodeNumber("ee" * 64)


def number(index: int) -> FormulaNumber:
    return FormulaNumber(f"{index:0128x}")


def ident(index: int) -> Any:
    return make_id(number(index), NODE)


NAMES = number(1)


def opened(folder: Path) -> Database:
    database = Database(str(folder / "engo.sqlite"))
    database.attach(NODE)
    return database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    found = opened(tmp_path)
    found.apply_one(lambda state: state.add_formulas({NAMES: {"type": "pet-store"}}))
    yield found
    found.close()


def value(index: int) -> dict[FormulaNumber, dict[str, Any]]:
    return {number(index): {"type": "marshal", "body": f"#{index}", "slots": []}}


def bind(index: int, name: str) -> Any:
    def operation(state: Transaction) -> None:
        state.add_formulas(value(index))
        state.bind(NAMES, name, ident(index))

    return operation


def test_what_is_bound_is_read_also_after_opening_anew(
    database: Database, tmp_path: Path
) -> None:
    database.apply_one(bind(5, "five"))
    other = opened(tmp_path)
    assert other.id_of(NAMES, "five") == ident(5)
    assert other.formula(number(5)) == value(5)[number(5)]
    assert other.type_of(number(5)) == "marshal"
    assert other.entries(NAMES) == [("five", ident(5))]
    assert other.names_of(NAMES, ident(5)) == ["five"]
    assert other.formula(number(6)) is None
    assert other.type_of(number(6)) is None
    other.close()


def test_the_files_settings(database: Database, tmp_path: Path) -> None:
    database.apply_one(lambda state: state.set_meta("a", "1"))
    database.apply_one(lambda state: state.set_meta("a", "2"))
    assert database.meta("a") == "2"
    assert database.meta("b") is None
    with sqlite3.connect(tmp_path / "engo.sqlite") as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()
    assert database._writer.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL
    assert database._writer.execute("PRAGMA foreign_keys").fetchone() == (1,)


def test_one_that_raises_is_undone_alone(database: Database) -> None:
    def wrong(state: Transaction) -> None:
        state.bind(NAMES, "wrong", ident(5))
        raise JSError("no")

    outcomes = database.apply([bind(5, "a"), wrong, bind(6, "b")])
    assert [type(outcome) for outcome in outcomes] == [Done, Failed, Done]
    assert [name for name, _ in database.entries(NAMES)] == ["a", "b"]


def test_a_reference_must_be_there(database: Database) -> None:
    formula = {number(7): {"type": "marshal", "body": "#1", "slots": [ident(99)]}}
    with pytest.raises(MissingFormula, match="not there"):
        database.apply_one(lambda state: state.add_formulas(formula))
    assert database.formula(number(7)) is None


def test_another_nodes_reference_need_not_be_there(database: Database) -> None:
    foreign = make_id(number(99), NodeNumber("dd" * 64))
    formula = {number(7): {"type": "marshal", "body": "#1", "slots": [foreign]}}
    database.apply_one(lambda state: state.add_formulas(formula))
    database.apply_one(lambda state: state.bind(NAMES, "far", foreign))
    assert database.id_of(NAMES, "far") == foreign


def test_formulas_may_refer_to_one_another(database: Database) -> None:
    cycle = {
        number(7): {"type": "handle", "agent": ident(8)},
        number(8): {"type": "handle", "agent": ident(7)},
    }
    database.apply_one(lambda state: state.add_formulas(cycle))
    assert database.count() == 3
    gone = database.apply_one(lambda state: state.collect([ident(7)], [ident(1)]))
    assert set(gone) == {number(7), number(8)}


def unbind(name: str, index: int, *pinned: int) -> Any:
    def operation(state: Transaction) -> Any:
        state.unbind(NAMES, name)
        return state.collect([ident(index)], [ident(1), *map(ident, pinned)])

    return operation


def test_the_last_name_takes_the_formula_along(database: Database) -> None:
    database.apply([bind(5, "a"), bind(5, "b")])
    assert database.apply_one(unbind("a", 5)) == {}
    assert database.apply_one(unbind("b", 5)) == value(5)
    assert database.formula(number(5)) is None


def test_what_is_pinned_stays(database: Database) -> None:
    database.apply_one(bind(5, "a"))
    assert database.apply_one(unbind("a", 5, 5)) == {}
    assert database.formula(number(5)) is not None


def test_a_directory_goes_with_its_names_and_what_only_they_hold(
    database: Database,
) -> None:
    def operation(state: Transaction) -> None:
        state.add_formulas(
            {
                number(10): {"type": "pet-store"},
                number(11): {"type": "directory", "petStore": ident(10)},
                **value(5),
                **value(6),
            }
        )
        state.bind(NAMES, "d", ident(11))
        state.bind(NAMES, "five", ident(5))
        state.bind(number(10), "inner", ident(6))
        state.bind(number(10), "five", ident(5))
        state.bind(number(10), "self", ident(11))

    database.apply_one(operation)
    gone = database.apply_one(unbind("d", 11))
    assert set(gone) == {number(10), number(11), number(6)}
    assert database.id_of(number(10), "inner") is None


def test_what_roots_do_not_reach_is_collected(database: Database) -> None:
    database.apply_one(bind(5, "a"))
    database.apply_one(lambda state: state.add_formulas(value(6)))
    gone = database.apply_one(lambda state: state.collect_all([ident(1)]))
    assert gone == value(6)


def test_contents_are_those_of_blobs(database: Database) -> None:
    sha = "ab" * 64
    blob = {number(5): {"type": "readable-blob", "content": sha}}
    database.apply_one(lambda state: state.add_formulas(blob))
    assert database.contents() == {sha}
    assert database.apply_one(lambda state: state.has_content(sha))
    assert not database.apply_one(lambda state: state.has_content("cd" * 64))


def test_formulas_of_a_type_and_the_names_of_them(database: Database) -> None:
    worker = {"type": "worker", "engine": "wasm"}
    workers = {number(7): worker, number(8): worker, number(9): {"type": "worker"}}
    database.apply_one(bind(5, "five"))

    def name(state: Transaction) -> None:
        state.add_formulas(workers)
        for name, index in (("w", 7), ("again", 7), ("x", 8)):
            state.bind(NAMES, name, ident(index))

    database.apply_one(name)
    assert dict(database.formulas("worker")) == workers
    assert database.formulas("directory") == []
    assert sorted(database.bound("worker")) == [
        (NAMES, "again", number(7)),
        (NAMES, "w", number(7)),
        (NAMES, "x", number(8)),
    ]
    assert database.bound("marshal") == [(NAMES, "five", number(5))]
    update = "UPDATE formula SET body = '{' WHERE number = ?"
    database._writer.execute(update, (number(9),))
    with pytest.raises(StoreCorrupt, match="formula 0000000000000000"):
        database.formulas("worker")


def test_a_full_disk_at_every_size(database: Database) -> None:
    """Failure as a loop: one page more each time, until the operation fits."""
    big = {
        number(50): {"type": "marshal", "body": "#" + "x" * 40_000, "slots": []},
    }
    pages = database._writer.execute("PRAGMA page_count").fetchone()[0]
    refusals = 0
    for allowed in range(pages, pages + 40):
        database._writer.execute(f"PRAGMA max_page_count={allowed}")
        outcomes = database.apply(
            [bind(5, "kept"), lambda state: state.add_formulas(big)]
        )
        if isinstance(outcomes[1], Done):
            break
        assert isinstance(outcomes[1].error, StoreFull)
        refusals += 1
        assert database.formula(number(50)) is None
        assert isinstance(outcomes[0], (Done, Failed))
        assert (database.id_of(NAMES, "kept") is not None) == isinstance(
            outcomes[0], Done
        )
    assert refusals > 2
    assert database.formula(number(50)) == big[number(50)]


def test_a_database_that_may_not_be_written(database: Database) -> None:
    database._writer.execute("PRAGMA query_only=ON")
    with pytest.raises(StoreReadOnly, match="read-only"):
        database.apply_one(bind(5, "a"))
    assert database.entries(NAMES) == []


def test_a_newer_state_is_refused(tmp_path: Path) -> None:
    database = opened(tmp_path)
    database._writer.execute("INSERT INTO migration VALUES ('from-the-future')")
    database.close()
    with pytest.raises(StoreNewer, match="from-the-future"):
        opened(tmp_path)


def test_migrating_twice_changes_nothing(tmp_path: Path) -> None:
    opened(tmp_path).close()
    database = opened(tmp_path)
    rows = database._writer.execute("SELECT name FROM migration").fetchall()
    assert rows == [("formulas-and-names",)]
    database.close()


def test_what_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "engo.sqlite").write_bytes(b"no database" * 1000)
    with pytest.raises(StoreCorrupt, match="no database"):
        opened(tmp_path)


def test_a_damaged_formula_is_said_to_be(database: Database) -> None:
    database._writer.execute("INSERT INTO formula VALUES (?, 'worker', '{')", ("x",))
    with pytest.raises(StoreCorrupt, match="formula x"):
        database.formula(FormulaNumber("x"))


def test_before_attaching_nothing_is_written(tmp_path: Path) -> None:
    database = Database(str(tmp_path / "engo.sqlite"))
    with pytest.raises(RuntimeError, match="attach"):
        database.apply_one(lambda state: None)
    database.close()


def test_a_closed_database_says_so(tmp_path: Path) -> None:
    database = opened(tmp_path)
    database.close()
    with pytest.raises(StoreError, match="closed"):
        database.meta("x")
