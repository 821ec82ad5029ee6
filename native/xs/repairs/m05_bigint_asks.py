"""Arithmetic on long BigInts is charged and can be ended.

Symptom: one multiplication, division or conversion of a BigInt of two million bits runs
for seconds past the meter limit and the interrupt; reading one from 600,000 decimal
digits does so too.
Cause: a result is charged by its size when it is there, while the work grows with the
square; nothing asks on the way.
Effect: above 64 words (2,048 bits) each pass is charged by its length, which asks;
shorter numbers cost what they did. What is counted for a result asks too. Division and
the texts are in native/xsnap/engine/bigint.c (v11_bigint). Reading is left early on an
interrupt and the caller asks; for a literal that is the parser at its next token.
"""

from __future__ import annotations

from native.xs.repairs.model import Cost, Edit, Repair

FILE = "xs/sources/xsBigInt.c"
PARSE = "fxBigIntParse(the, &bigint, slot->value.string + offset, length, sign);"

REPAIR = Repair(
    name="m05_bigint_asks",
    reason="arithmetic on long BigInts was neither charged nor interrupted",
    edits=(
        Edit(
            FILE,
            old="""\
	the->meterIndex += n - 1;
""",
            new="""\
	mxMeterSome(n - 1);
""",
        ),
        Edit(
            FILE,
            old="""\
		b = (txU8)bp[i];
		c = 0;
		m = aa->size;
""",
            new="""\
		b = (txU8)bp[i];
		c = 0;
		m = aa->size;
		if (the && (m > 64))
			mxMeterSome(m >> 4);
""",
        ),
        Edit(FILE, f"{PARSE}\n", f"{PARSE}\n\t\tmxMeterAsk();\n"),
    ),
    cost=Cost("seconds", 2),
    programs=(
        "safety/stop-bigint-multiply",
        "safety/stop-bigint-divide",
        "safety/stop-bigint-parse",
        "safety/stop-bigint-tostring",
    ),
)
