"""The meter counts with 64 bits.

Symptom: four lines bring the count past its end, `''.repeat(2147483647)` twice; a loop
after them then runs for twenty seconds and more past any limit and any interrupt, and
a guest that repeats the lines in time runs so for ever.
Cause: the count has 32 bits and one call may add 31 of them; where the count begins
anew at zero, what is looked at next is thousands of millions away.
Effect: the count, the interval and where to ask next have 64 bits, which no crank
reaches. The sum of a long reversed typed array no longer overflows an int. What is
counted stays as it was.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

HEADER = "xs/sources/xsAll.h"
FILE = "xs/sources/xsRun.c"
BEGIN = (
    "void fxBeginMetering(txMachine* the, "
    "txBoolean (*callback)(txMachine*, txU4), txU4 interval)"
)

REPAIR = Repair(
    name="m13_wide_meter",
    reason="the meter began anew after 32 bits, and nothing asked until then",
    edits=(
        Edit(
            HEADER,
            old="""\
	txBoolean (*meterCallback)(txMachine*, txU4);
	txU4 meterCount;
	txU4 meterIndex;
	txU4 meterInterval;
""",
            new="""\
	txBoolean (*meterCallback)(txMachine*, txU8);
	txU8 meterCount;
	txU8 meterIndex;
	txU8 meterInterval;
""",
        ),
        Edit(HEADER, BEGIN, BEGIN.replace("txU4", "txU8")),
        Edit(FILE, BEGIN, BEGIN.replace("txU4", "txU8")),
        Edit(
            FILE,
            old="""\
	txU4 interval = the->meterInterval;
""",
            new="""\
	txU8 interval = the->meterInterval;
""",
        ),
        Edit(
            FILE,
            old="""\
		if (the->meterCount < the->meterIndex) {
			the->meterIndex = 0;
			the->meterCount = interval;
		}
""",
            new="",
        ),
        Edit(
            "xs/sources/xsDataView.c",
            old="\t\tmxMeterSome(length * 4);\n",
            new="\t\tmxMeterSome((txU8)length * 4);\n",
        ),
    ),
    programs=("safety/stop-meter-wrap",),
)
