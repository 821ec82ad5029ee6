"""An object counts as hardened when all that hangs on it is.

Symptom: a trap of a proxy, called while `harden(o)` is under way, hands `o` to somebody
who calls `harden(o)` too, gets it back at once, and trusts it; then the trap throws,
and what `o` refers to is never frozen. A class that hardens itself in a static block
is given its name afterwards.
Cause: each object was marked as hardened when it was itself frozen, before what it
refers to; naming a function did not ask whether it may be changed.
Effect: the marks are set at the end, together. Until then a mark of the call that is
under way tells what it has seen; a call within it looks into its own list. Calls
that come back to the same trap within each other are refused after some.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

FILE = "xs/sources/xsLockdown.c"

REPAIR = Repair(
    name="s20_harden_commits",
    reason="harden within harden believed what was not frozen yet",
    edits=(
        Edit(
            "xs/sources/xsAll.h",
            old="""\
	txU4 meterInterval;
""",
            new="""\
	txU4 meterInterval;
	txU4 hardenings; /* Engo: calls of harden that are under way */
""",
        ),
        Edit(
            FILE,
            old="""\
	if (instance->flag & flag)
		return;
	item = fxNewSlot(the);
	item->value.reference = instance;
""",
            new="""\
	if (instance->flag & flag)
		return;
	if (instance->flag & XS_DONT_MODIFY_FLAG) {
		if (the->hardenings == 1)
			return;
		for (item = list->value.list.first; item; item = item->next) {
			mxMeterSome(1);
			if (item->value.reference == instance)
				return;
		}
	}
	instance->flag |= XS_DONT_MODIFY_FLAG;
	item = fxNewSlot(the);
	item->value.reference = instance;
""",
        ),
        Edit(FILE, old="	instance->flag |= flag;\n\n	at =", new="	at ="),
        Edit(
            FILE,
            old="""\
	list->value.list.first = item;
	list->value.list.last = item;
		
	{
		mxTry(the) {
			while (item) {
				fx_hardenFreezeAndTraverse(the, item, freeze, list, flag);
				item = item->next;
			}
		}
		mxCatch(the) {
			item = list->value.list.first;
			while (item) {
				item->value.reference->flag &= ~flag;
				item = item->next;
			}
			fxJump(the);
		}
	}
""",
            new="""\
	list->value.list.first = item;
	list->value.list.last = item;
	if (the->hardenings >= 16)
		mxTypeError("too many calls of harden within each other");
	slot->flag |= XS_DONT_MODIFY_FLAG;
	the->hardenings++;
	{
		mxTry(the) {
			while (item) {
				fx_hardenFreezeAndTraverse(the, item, freeze, list, flag);
				item = item->next;
			}
		}
		mxCatch(the) {
			item = list->value.list.first;
			while (item) {
				item->value.reference->flag &= ~XS_DONT_MODIFY_FLAG;
				item = item->next;
			}
			the->hardenings--;
			fxJump(the);
		}
	}
	for (item = list->value.list.first; item; item = item->next)
		item->value.reference->flag = (item->value.reference->flag & ~XS_DONT_MODIFY_FLAG) | flag;
	the->hardenings--;
""",
        ),
        Edit(
            "xs/sources/xsFunction.c",
            old="""\
	if (instance->flag & XS_MARK_FLAG)
		return;
	property = mxFunctionInstanceCode(instance);
""",
            new="""\
	if (instance->flag & (XS_MARK_FLAG | XS_DONT_PATCH_FLAG))
		return;
	property = mxFunctionInstanceCode(instance);
""",
        ),
    ),
    programs=("safety/harden-commits",),
)
