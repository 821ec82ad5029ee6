"""A call of what is no function says what was called: `call foo: no function`.

Symptom: `no function` for every such call, of whatever.
Cause: the interpreter does not know where the callee came from.
Effect: when the error is thrown, and only then, the calling function's byte code is
read up to the call (native/xsnap/engine/callee.c): the property or variable that was
read just before is the name. `new` says `new Foo: no constructor`.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

RUN = "xs/sources/xsRun.c"

REPAIR = Repair(
    name="d02_no_function",
    reason="errors of calls did not name the callee",
    edits=(
        Edit(
            RUN,
            old="""\
	mxInitSlotKind(mxStack, _KIND); \\
}
""",
            new="""\
	mxInitSlotKind(mxStack, _KIND); \\
}

extern void engo_throw_no_function(txMachine* the, const txSlot* environment, int constructing);
""",
        ),
        Edit(
            RUN,
            old="""\
			mxRunDebug(XS_TYPE_ERROR, "no function");
""",
            new="""\
			mxSaveState;
			engo_throw_no_function(the, mxEnvironment, byte);
""",
        ),
    ),
    programs=("correctness/no-function",),
)
