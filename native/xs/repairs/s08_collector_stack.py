"""The collector looks at the C stack at the one place that every recursion passes.

Symptom: a collection over some hundred thousand nested Maps, Sets or objects linked
by private fields ends the process by a signal.
Cause: only some kinds of slots were marked with a look at the stack.
Effect: the defined abort "stack overflow" in every case.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

FILE = "xs/sources/xsMemory.c"

REPAIR = Repair(
    name="s08_collector_stack",
    reason="marking Maps, Sets and private fields recursed without a limit",
    edits=(
        Edit(
            FILE,
            old="""\
	mxCheck(the, theCurrent->kind == XS_INSTANCE_KIND);
	aProperty = theCurrent;
	theCurrent->value.instance.garbage = C_NULL;
""",
            new="""\
	mxCheck(the, theCurrent->kind == XS_INSTANCE_KIND);
	fxCheckCStack(the);
	aProperty = theCurrent;
	theCurrent->value.instance.garbage = C_NULL;
""",
        ),
    ),
    tests=(
        "tests/native/test_repairs.py"
        "::test_what_is_nested_deeply_ends_by_an_abort_and_not_by_a_signal",
    ),
    programs=("safety/gc-deep-map",),
)
