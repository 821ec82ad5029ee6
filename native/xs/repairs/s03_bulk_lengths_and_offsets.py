"""Bulk operations of typed arrays use the length of now and the view's own offset.

Symptom: `copyWithin`, `set` and `slice` read and write outside a buffer that their
arguments or species constructor shrank; `sort` orders bytes before the view, `filter`
fills its result from the start of the result's buffer.
Cause: the length was read before the arguments were converted; `slice` read it again
but in bytes; `sort` and `filter` left out the offset.
Effect: each reads the length after the last guest code and works inside the view.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

FILE = "xs/sources/xsDataView.c"

REPAIR = Repair(
    name="s03_bulk_lengths_and_offsets",
    reason="bulk operations used lengths from before guest code, or the wrong start",
    edits=(
        Edit(
            FILE,
            old="""\
	fxCheckArrayBufferDetached(the, buffer, XS_MUTABLE);
	if (count > length - target)
		count = length - target;
	if (count > 0) {
		txByte* address""",
            new="""\
	if (count > length - target)
		count = length - target;
	if (count > 0) {
		length = fxCheckDataViewSize(the, view, buffer, XS_MUTABLE) >> dispatch->value.typedArray.dispatch->shift;
		if (count > length - target)
			count = length - target;
		if (count > length - start)
			count = length - start;
	}
	if (count > 0) {
		txByte* address""",
        ),
        Edit(
            FILE,
            old="\ttxInteger offset = view->value.dataView.offset + (target * delta);",
            new="""\
	txInteger offset = view->value.dataView.offset + (target * delta);
	length = fxCheckDataViewSize(the, view, buffer, XS_MUTABLE) >> dispatch->value.typedArray.dispatch->shift;""",
        ),
        Edit(
            FILE,
            old="""\
			length = fxCheckDataViewSize(the, view, buffer, XS_IMMUTABLE);
			mxPushUndefined();
""",
            new="""\
			length = fxCheckDataViewSize(the, view, buffer, XS_IMMUTABLE) >> dispatch->value.typedArray.dispatch->shift;
			mxPushUndefined();
""",
        ),
        Edit(
            FILE,
            old="""\
			while (start < end) {
				the->stack->kind = XS_UNDEFINED_KIND;
				(*resultDispatch->value.typedArray.dispatch->coerce)(the, the->stack);
				(*resultDispatch->value.typedArray.dispatch->setter)(the, resultBuffer->value.reference->next, resultView->value.dataView.offset + (index << resultDispatch->value.typedArray.dispatch->shift), the->stack, EndianNative);
				start++;
				index++;
			}
""",
            new="",
        ),
        Edit(
            FILE,
            old="\t\ttxInteger resultOffset = 0;",
            new="\t\ttxInteger resultOffset = resultView->value.dataView.offset;",
        ),
        Edit(
            FILE,
            old="c_qsort(data->value.arrayBuffer.address, length",
            new="c_qsort(data->value.arrayBuffer.address + view->value.dataView.offset, length",
        ),
    ),
    programs=(
        "safety/typedarray-copywithin-grow",
        "safety/typedarray-copywithin-shrink",
        "safety/typedarray-set-typed-detach",
        "safety/typedarray-set-typed-shrink",
        "safety/typedarray-slice-shrink",
        "safety/typedarray-sort-offset",
        "safety/typedarray-filter-offset",
    ),
)
