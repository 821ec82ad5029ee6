"""After lockdown `Date.prototype.constructor` is the harmless Date.

Symptom: `new someDate.constructor()` throws after `lockdown()`; date libraries do it.
Cause: the property was given the function that throws.
Effect: the Date that compartments get, without the current time, as in SES.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

FILE = "xs/sources/xsLockdown.c"

REPAIR = Repair(
    name="c04_date_constructor",
    reason="date libraries construct dates by the constructor of a date",
    edits=(
        Edit(
            FILE,
            old="""\
	if (property) {
		property->kind = mxThrowTypeErrorFunction.kind;
		property->value = mxThrowTypeErrorFunction.value;
	}
	mxPull(instance->next->value.array.address[_Date]);
""",
            new="""\
	if (property) {
		property->kind = the->stack->kind;
		property->value = the->stack->value;
	}
	mxPull(instance->next->value.array.address[_Date]);
""",
        ),
    ),
    programs=("correctness/date-constructor",),
)
