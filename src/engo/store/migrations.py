"""The schema, as a list of named steps; a database remembers which it has had.

A step, once released, is never changed: new needs get a new step at the end.
"""

import sqlite3
from typing import Final

from engo.store.errors import StoreNewer

FIRST: Final = """
CREATE TABLE meta (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE formula (
  number TEXT PRIMARY KEY,
  type TEXT NOT NULL,
  body TEXT NOT NULL
) WITHOUT ROWID;

-- The local formulas that a formula refers to.
CREATE TABLE reference (
  source TEXT NOT NULL REFERENCES formula ON DELETE CASCADE,
  target TEXT NOT NULL REFERENCES formula DEFERRABLE INITIALLY DEFERRED,
  PRIMARY KEY (source, target)
) WITHOUT ROWID;
CREATE INDEX reference_target ON reference (target);

-- target: the number when the id is local and there, else NULL.
CREATE TABLE name (
  store TEXT NOT NULL REFERENCES formula ON DELETE CASCADE,
  name TEXT NOT NULL,
  id TEXT NOT NULL,
  target TEXT REFERENCES formula DEFERRABLE INITIALLY DEFERRED,
  PRIMARY KEY (store, name)
) WITHOUT ROWID;
CREATE INDEX name_target ON name (target);
CREATE INDEX name_id ON name (store, id);

CREATE INDEX formula_type ON formula (type);
"""

MIGRATIONS: Final = (("formulas-and-names", FIRST),)


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the schema up to date; each step is all or nothing.

    Raises StoreNewer when the database has had a step that is not known here.
    """
    connection.execute("CREATE TABLE IF NOT EXISTS migration (name TEXT PRIMARY KEY)")
    had = {name for (name,) in connection.execute("SELECT name FROM migration")}
    unknown = had - {name for name, _ in MIGRATIONS}
    if unknown:
        raise StoreNewer(
            "the state was written by a newer Engo (it has had the unknown step "
            f"{min(unknown)!r}); use that version, or another state folder"
        )
    for name, script in MIGRATIONS:
        if name not in had:
            # executescript runs statement after statement in this transaction.
            connection.executescript(f"BEGIN IMMEDIATE;{script}")
            connection.execute("INSERT INTO migration VALUES (?)", (name,))
            connection.execute("COMMIT")
