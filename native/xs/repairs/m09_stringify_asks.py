"""`JSON.stringify` looks at the host's interrupt, and its buffer grows in proportion.

Symptom: a text of twenty million control characters is written for seconds past an
interrupt.
Cause: characters are put into a buffer beside the heap, which grows by a kilobyte at a
time; nothing counts and nothing asks on the way.
Effect: each property and each 65,536th character ask; the buffer grows by half of what
it is. Nothing is charged.
"""

from __future__ import annotations

from native.xs.repairs.model import Cost, Edit, Repair

FILE = "xs/sources/xsJSON.c"
MORE = " + ((theStringifier->size / 2048) + 1) * 1024;"
BY_CHARACTER = "theStringifier->size += ((size / 1024) + 1) * 1024"
BY_TEXT = "theStringifier->size += ((theSize / 1024) + 1) * 1024"

REPAIR = Repair(
    name="m09_stringify_asks",
    reason="writing a long JSON text was not interrupted",
    edits=(
        Edit(FILE, BY_CHARACTER + ";", BY_CHARACTER + MORE),
        Edit(FILE, BY_TEXT + ";", BY_TEXT + MORE),
        Edit(
            FILE,
            old="		theString = mxStringByteDecode(theString, &character);\n",
            new="		theString = mxStringByteDecode(theString, &character);\n"
            "		if (!(++count & 0xFFFF)) mxMeterAsk();\n",
        ),
        Edit(
            FILE,
            old='	fxStringifyJSONChars(the, theStringifier, "\\"", 1);\n	for (;;) {\n',
            new="	txU4 count = 0;\n"
            '	fxStringifyJSONChars(the, theStringifier, "\\"", 1);\n	for (;;) {\n',
        ),
        Edit(
            FILE,
            old="	mxCheckCStack();\n"
            "	if (mxIsReference(aValue) || mxIsBigInt(aValue)) {\n",
            new="	mxCheckCStack();\n	mxMeterAsk();\n"
            "	if (mxIsReference(aValue) || mxIsBigInt(aValue)) {\n",
        ),
    ),
    cost=Cost("seconds", 2),
    programs=("safety/stop-stringify",),
)
