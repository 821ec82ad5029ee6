"""Native loops ask the meter, and not only count.

Symptom: `Array.prototype.indexOf.call({ length: 2 ** 40 }, 1)` runs for hours past any
meter limit and any interrupt.
Cause: the interpreter asks the meter when an interval has passed; native code only adds
to the count, and a loop in it never comes back to the interpreter.
Effect: the macros by which native code reads, writes, tests, deletes, defines and calls,
and the one that adds more than one computron, ask when the interval has passed. Guest
code could run in all of the former, so an abort is possible there already. What is counted
stays as it was. mxMeterCheck, and mxMeterAsk for loops without a count, are in
native/xsnap/engine/engine.h.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

FILE = "xs/sources/xsAll.h"

REPAIR = Repair(
    name="m01_native_loops_ask",
    reason="a native loop counted and never looked whether it had to end",
    edits=(
        Edit(
            FILE,
            old="""\
#define mxMeterSome(_COUNT) \\
	(the->meterIndex += _COUNT)
#else
""",
            new="""\
#define mxMeterCall() \\
	(the->meterIndex++, mxMeterCheck())
#define mxMeterSome(_COUNT) \\
	(the->meterIndex += (_COUNT), mxMeterCheck())
#else
#define mxMeterCall() \\
	((void)0)
""",
        ),
        *(
            Edit(FILE, f"(mxMeterOne(), {name}(", f"(mxMeterCall(), {name}(", count)
            for name, count in (
                ("fxDefineAll", 3),
                ("fxDefineAt", 1),
                ("fxDeleteAll", 3),
                ("fxDeleteAt", 1),
                ("fxGetAll", 3),
                ("fxGetAt", 1),
                ("fxHasAll", 3),
                ("fxHasAt", 1),
                ("fxSetAll", 3),
                ("fxSetAt", 1),
                ("fxRunID", 1),
            )
        ),
    ),
    programs=tuple(
        f"safety/stop-{name}"
        for name in (
            "arraylike-includes",
            "arraylike-indexof",
            "arraylike-join",
            "arraylike-lastindexof",
            "arraylike-reverse",
            "sparse-indexof",
            "sparse-join",
            "sparse-sort",
            "regexp-backtrack",
        )
    ),
)
