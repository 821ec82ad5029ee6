"""An iterator's result that was frozen is not written again.

Symptom: `harden(i.next())` changes with the next step.
Cause: the iterators of arrays, maps, sets, texts and matches give one object again and
again, and write into it.
Effect: where that object is not extensible any more, the step makes another; it looks
after the guest's code has run. That two steps otherwise give the same object is XS's
choice, and kept: making one each time costs half as much again in `for` and spread.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

AGAIN = """\
	mxResult->kind = result->kind;
	mxResult->value = result->value;
"""
ARRAY = "xs/sources/xsArray.c"
LOOK = "value = fxCheckIteratorResult(the, result);\n"

REPAIR = Repair(
    name="s19_iterator_results",
    reason="a hardened iterator result changed with the next step",
    edits=(
        Edit(
            "xs/sources/xsGlobal.c",
            old="""\
	mxCheck(the, (value->next != C_NULL) && (value->next->ID == mxID(_done)));
	return value;
""",
            new="""\
	mxCheck(the, (value->next != C_NULL) && (value->next->ID == mxID(_done)));
	if (result->value.reference->flag & XS_DONT_PATCH_FLAG) {
		txBoolean done = value->next->value.boolean;
		txSlot* instance;
		mxPush(mxObjectPrototype);
		instance = fxNewObjectInstance(the);
		value = fxNextUndefinedProperty(the, instance, mxID(_value), XS_DONT_DELETE_FLAG | XS_DONT_SET_FLAG);
		fxNextBooleanProperty(the, value, done, mxID(_done), XS_DONT_DELETE_FLAG | XS_DONT_SET_FLAG);
		result->value.reference = instance;
		mxPop();
	}
	return value;
""",
        ),
        Edit(
            ARRAY,
            old="				mxGetIndex(i);\n				mxPullSlot(value);\n",
            new=f"				mxGetIndex(i);\n				{LOOK}				mxPullSlot(value);\n",
        ),
        Edit(
            ARRAY,
            old="				mxPushUnsigned(i);\n				mxPullSlot(value);\n",
            new=f"				mxPushUnsigned(i);\n				{LOOK}				mxPullSlot(value);\n",
        ),
        Edit(
            ARRAY,
            old="				mxGetIndex(i);\n				fxConstructArrayEntry(the, value);\n",
            new=(
                f"				mxGetIndex(i);\n				{LOOK}"
                "				fxConstructArrayEntry(the, value);\n"
            ),
        ),
        Edit(
            ARRAY,
            old="			value->kind = XS_UNDEFINED_KIND;\n			done->value.boolean = 1;\n",
            new=(
                f"			{LOOK}			done = value->next;\n"
                "			value->kind = XS_UNDEFINED_KIND;\n			done->value.boolean = 1;\n"
            ),
        ),
        Edit(
            "xs/sources/xsMapSet.c",
            old=AGAIN + "	result = fxCheckIteratorResult(the, result);\n",
            new=f"""\
	txSlot* {LOOK}{AGAIN}	result = value;
""",
            count=2,
        ),
        Edit(
            "xs/sources/xsRegExp.c",
            old="""\
			value->kind = match->kind;
			value->value = match->value;
			done->value.boolean = 0;
""",
            new=f"""\
			{LOOK}			done = value->next;
			value->kind = match->kind;
			value->value = match->value;
			done->value.boolean = 0;
""",
            count=2,
        ),
        Edit(
            "xs/sources/xsRegExp.c",
            old="""\
		if (match->kind == XS_NULL_KIND) {
			value->kind = XS_UNDEFINED_KIND;
""",
            new=f"""\
		if (match->kind == XS_NULL_KIND) {{
			{LOOK}			done = value->next;
			value->kind = XS_UNDEFINED_KIND;
""",
        ),
    ),
    programs=("safety/iterator-results",),
)
