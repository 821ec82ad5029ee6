"""A hardened prototype does not forbid an own property of the same name.

Symptom: after `lockdown()` `error.message = x`, `point.toString = f` and a class
field `name` below Error throw; nine of 42 packages tried did not load.
Cause: the language's rule that a read-only property found on a prototype forbids
the assignment, on prototypes that lockdown made read-only.
Effect: where the holder is hardened (not merely frozen) an own property is made,
writable, enumerable and configurable. Everything else keeps the rule.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

FILE = "xs/sources/xsType.c"
SET_PROPERTY = (
    "txSlot* fxOrdinarySetProperty(txMachine* the, txSlot* instance, txID id, "
    "txIndex index, txFlag flag)\n{"
)

REPAIR = Repair(
    name="c03_override",
    reason="what lockdown makes read-only forbade own properties of the same name",
    edits=(
        Edit(
            FILE,
            old=SET_PROPERTY,
            new="""\
/* Engo: does a read-only property found on a prototype forbid an own one? Not when
   its holder is hardened. */
static txBoolean fxForbidsOverride(txMachine* the, txSlot* holder, txSlot* property, txID id, txIndex index)
{
	while (holder && (mxBehaviorGetProperty(the, holder, id, index, XS_OWN) != property))
		holder = fxGetPrototype(the, holder);
	return !holder || !(holder->flag & XS_DONT_MARSHALL_FLAG);
}

"""
            + SET_PROPERTY,
        ),
        Edit(
            FILE,
            old="""\
			result = mxBehaviorGetProperty(the, prototype, id, index, flag);
			if (result) {
				if (result->kind == XS_ACCESSOR_KIND)
					return result;
				if (result->flag & XS_DONT_SET_FLAG)
					return result;
""",
            new="""\
			result = mxBehaviorGetProperty(the, prototype, id, index, flag);
			if (result) {
				if (result->kind == XS_ACCESSOR_KIND)
					return result;
				if ((result->flag & XS_DONT_SET_FLAG) && fxForbidsOverride(the, prototype, result, id, index))
					return result;
""",
        ),
        Edit(
            FILE,
            old="""\
	if (property->flag & XS_DONT_SET_FLAG)
		goto bail;
	value->flag = property->flag;
	if (receiver->kind != XS_REFERENCE_KIND)
		goto bail;
""",
            new="""\
	if (receiver->kind != XS_REFERENCE_KIND)
		goto bail;
	if (property->flag & XS_DONT_SET_FLAG) {
		if (!(instance->flag & XS_DONT_MARSHALL_FLAG) || (receiver->value.reference == instance))
			goto bail;
		property->flag = XS_NO_FLAG;
	}
	value->flag = property->flag;
""",
        ),
    ),
    programs=("correctness/override",),
)
