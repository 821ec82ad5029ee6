"""`normalize` looks at the host's interrupt.

Symptom: one letter with 600,000 combining marks is normalized for minutes, past any
interrupt; nothing else of 108 hostile programs was left so.
Cause: each mark is moved over all that come after it, in one native call.
Effect: each character asks, when it is put in order and when it is composed. The text
that is read is looked up anew after that, as before. Nothing is charged.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

FILE = "xs/sources/xsString.c"

REPAIR = Repair(
    name="m08_normalize_asks",
    reason="ordering many combining marks could not be interrupted",
    edits=(
        Edit(
            FILE,
            old="""\
		txInteger code = source[i];
		if ((mxHangulSBase""",
            new="""\
		txInteger code = source[i];
		mxMeterAsk();
		if ((mxHangulSBase""",
        ),
        Edit(
            FILE,
            old="""\
		txInteger code = buffer->address[fromIndex];
		txU2* pairs;
""",
            new="""\
		txInteger code = buffer->address[fromIndex];
		txU2* pairs;
		mxMeterAsk();
""",
        ),
    ),
    programs=("safety/stop-normalize",),
)
