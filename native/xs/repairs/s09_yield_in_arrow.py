"""`yield` belongs to the generator, not to an arrow function inside it.

Symptom: an arrow in a generator may contain `yield`, which then runs in a frame that
is no generator's.
Cause: entering an arrow forgot that it leaves an async function, but not that it
leaves a generator: two flags, one that makes `yield` a keyword and one that allows it,
which strict code needs, where it is a keyword anyway.
Effect: a SyntaxError.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

FILE = "xs/sources/xsSyntaxical.c"

REPAIR = Repair(
    name="s09_yield_in_arrow",
    reason="YIELD ran in the frame of an arrow function",
    edits=(
        Edit(
            FILE,
            old="""\
	parser->flags &= ~mxAsyncFlag;
	parser->flags |= mxArrowFlag | flag;
""",
            new="""\
	parser->flags &= ~(mxAsyncFlag | mxGeneratorFlag | mxYieldFlag);
	parser->flags |= mxArrowFlag | flag;
""",
        ),
    ),
    programs=("safety/arrow-in-generator-yield",),
)
