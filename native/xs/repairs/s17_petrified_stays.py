"""What is petrified stays so.

Symptom: a buffer that was petrified is written to by `concat` of another buffer whose
species gives it, and by `ArrayBuffer.fromBigInt.call`; a petrified Date takes
`setTime`, and one without a time takes the epoch from `setFullYear`; `mutabilities`
finds nothing in a proxy with a mutable handler, and reads before the code of a function
without any.
Cause: the buffer that a constructor gave was not asked whether it may be written; some
of Date's functions wrote before or without asking; `mutabilities` looked at the
target twice.
Effect: they ask, and the handler is looked at.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

DATE = "xs/sources/xsDate.c"
READ_ONLY = """\
		if (slot->flag & XS_DONT_SET_FLAG)
			mxTypeError("Date instance is read-only");
"""

REPAIR = Repair(
    name="s17_petrified_stays",
    reason="petrified buffers and dates could be changed",
    edits=(
        Edit(
            "xs/sources/xsDataView.c",
            old="""\
	if (!constructor && (mxThis->value.reference == instance))
		mxTypeError("same ArrayBuffer instance");
""",
            new="""\
	if (instance->next->flag & XS_DONT_SET_FLAG)
		mxTypeError("ArrayBuffer instance is read-only");
	if (!constructor && (mxThis->value.reference == instance))
		mxTypeError("same ArrayBuffer instance");
""",
        ),
        Edit(
            DATE,
            old="""\
	if (c_isnan(slot->value.number)) {
		slot->value.number = 0;
""",
            new="""\
	if (c_isnan(slot->value.number)) {
"""
            + READ_ONLY
            + """\
		slot->value.number = 0;
""",
            count=2,
        ),
        Edit(
            DATE,
            old="""\
	if (c_isnan(slot->value.number)) slot->value.number = 0;
""",
            new="""\
	if (c_isnan(slot->value.number)) {
"""
            + READ_ONLY
            + """\
		slot->value.number = 0;
	}
""",
        ),
        Edit(
            DATE,
            old="""\
	if (!slot) mxTypeError("this is no date");
	if (mxArgc < 1)
		slot->value.number = C_NAN;
""",
            new="""\
	if (slot->flag & XS_DONT_SET_FLAG)
		mxTypeError("Date instance is read-only");
	if (mxArgc < 1)
		slot->value.number = C_NAN;
""",
        ),
        Edit(
            DATE,
            old="""\
				number = c_trunc(number);
		}
		slot->value.number = number;
""",
            new="""\
				number = c_trunc(number);
		}
"""
            + READ_ONLY
            + """\
		slot->value.number = number;
""",
        ),
        Edit(
            "xs/sources/xsLockdown.c",
            old="""\
                fxVerifyCode(the, list, path, property->value.code.address,""",
            new="""\
				if (property->kind == XS_CODE_KIND) /* Engo: the empty one is no chunk */
                fxVerifyCode(the, list, path, property->value.code.address,""",
        ),
        Edit(
            "xs/sources/xsLockdown.c",
            old='proxy.target, XS_NO_ID, 0, "ProxyHandler");',
            new='proxy.handler, XS_NO_ID, 0, "ProxyHandler");',
        ),
    ),
    programs=("safety/petrified-stays",),
)
