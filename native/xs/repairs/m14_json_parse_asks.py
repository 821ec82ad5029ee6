"""`JSON.parse` looks at the host's interrupt.

Symptom: a text of seven megabytes whose 65,536 names have one hash is read for forty
seconds, past any interrupt.
Cause: names are in a table of chains, each is looked for by a walk, and nothing asks
from the first token to the last.
Effect: each token asks. Nothing is charged. That names and keys can be chosen to
collide stays: docs/decisions/hashes-have-no-key.md.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

REPAIR = Repair(
    name="m14_json_parse_asks",
    reason="reading a JSON text was not interrupted",
    edits=(
        Edit(
            "xs/sources/xsJSON.c",
            old="""\
	theParser->integer = 0;
	theParser->number = 0;
""",
            new="""\
	mxMeterAsk();
	theParser->integer = 0;
	theParser->number = 0;
""",
        ),
    ),
    programs=("safety/stop-json-colliding",),
)
