"""A typed array's element is stored where the view is after guest code has run.

Symptom: a mapper, `valueOf` or constructor that transfers or shrinks the buffer makes
`from`, `of`, `map`, `set` and `fill` write outside it.
Cause: each of them looked at the buffer first, ran the guest's code and wrote
afterwards, some at the start of the buffer in place of the view's offset. The tests
for a detached buffer looked at the reference, which is never empty.
Effect: one helper converts the value, looks at the view again and stores; an index
that is outside by then is ignored, as the specification has it.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

FILE = "xs/sources/xsDataView.c"

HELPER = """\
/* Engo: convert a value, then store it where the view is by then. */
static void fxStoreTypedArrayItem(txMachine* the, txSlot* dispatch, txSlot* view, txSlot* buffer, txInteger index, txSlot* slot)
{
	txTypeDispatch* type = dispatch->value.typedArray.dispatch;
	txSlot* data;
	(*type->coerce)(the, slot);
	data = buffer->value.reference->next;
	if (data->flag & XS_DONT_SET_FLAG)
		mxTypeError("read-only buffer");
	if ((0 <= index) && (index < (fxGetDataViewSize(the, view, buffer) >> type->shift)))
		(*type->setter)(the, data, view->value.dataView.offset + (index << type->shift), slot, EndianNative);
}

"""
CALL_ITEM = (
    "void fxCallTypedArrayItem(txMachine* the, txSlot* function, txSlot* dispatch, "
    "txSlot* view, txSlot* data, txInteger index, txSlot* item)\n{"
)

REPAIR = Repair(
    name="s02_typed_array_stores",
    reason="typed arrays wrote with addresses from before the guest's code ran",
    edits=(
        Edit(FILE, old=CALL_ITEM, new=HELPER + CALL_ITEM),
        Edit(
            FILE,
            old="""\
	txSlot* buffer;
	txSlot* data;
	txU2 shift;
	txNumber length;
	mxTemporary(iterator);
""",
            new="""\
	txSlot* buffer;
	txNumber length;
	mxTemporary(iterator);
""",
        ),
        Edit(
            FILE,
            old="""\
		buffer = view->next;
		shift = dispatch->value.typedArray.dispatch->shift;
		mxPush(mxArrayBufferConstructor);
		mxNew();
		mxPushNumber(length * dispatch->value.typedArray.dispatch->size);
		mxRunCount(1);
		mxPullSlot(buffer);
		data = fxCheckArrayBufferDetached(the, buffer, XS_MUTABLE);
		view->value.dataView.offset = 0;
		view->value.dataView.size = data->next->value.bufferInfo.length;
""",
            new="""\
		buffer = view->next;
		mxPush(mxArrayBufferConstructor);
		mxNew();
		mxPushNumber(length * dispatch->value.typedArray.dispatch->size);
		mxRunCount(1);
		mxPullSlot(buffer);
		slot = fxCheckArrayBufferDetached(the, buffer, XS_MUTABLE);
		view->value.dataView.offset = 0;
		view->value.dataView.size = slot->next->value.bufferInfo.length;
""",
        ),
        Edit(
            FILE,
            old="""\
			data = fxCheckArrayBufferDetached(the, buffer, XS_MUTABLE);
			shift = dispatch->value.typedArray.dispatch->shift;
			if (view->value.dataView.size < (length * dispatch->value.typedArray.dispatch->size))
""",
            new="""\
			fxCheckArrayBufferDetached(the, buffer, XS_MUTABLE);
			if (fxGetDataViewSize(the, view, buffer) < (length * dispatch->value.typedArray.dispatch->size))
""",
        ),
        Edit(
            FILE,
            old="""\
			(*dispatch->value.typedArray.dispatch->coerce)(the, the->stack);
			(*dispatch->value.typedArray.dispatch->setter)(the, data, (index << shift), the->stack, EndianNative);
""",
            new="""\
			fxStoreTypedArrayItem(the, dispatch, view, buffer, index, the->stack);
""",
            count=2,
        ),
        Edit(
            FILE,
            old="""\
		txU2 shift = resultDispatch->value.typedArray.dispatch->shift;
		if (resultLength < count)
			mxTypeError("insufficient TypedArray");
		while (index < count) {
			(*resultDispatch->value.typedArray.dispatch->coerce)(the, mxArgv(index));
			if (resultBuffer->value.arrayBuffer.address == C_NULL)
				mxTypeError("detached buffer");
			(*resultDispatch->value.typedArray.dispatch->setter)(the, resultBuffer->value.reference->next, resultView->value.dataView.offset + (index << shift), mxArgv(index), EndianNative);
""",
            new="""\
		if (resultLength < count)
			mxTypeError("insufficient TypedArray");
		while (index < count) {
			fxStoreTypedArrayItem(the, resultDispatch, resultView, resultBuffer, index, mxArgv(index));
""",
        ),
        Edit(
            FILE,
            old="""\
		txU2 shift = resultDispatch->value.typedArray.dispatch->shift;
		txInteger index = 0;
		if (resultLength < length)
""",
            new="""\
		txInteger index = 0;
		if (resultLength < length)
""",
        ),
        Edit(
            FILE,
            old="""\
			if (resultBuffer->value.arrayBuffer.address == C_NULL)
				mxTypeError("detached buffer");
			(*resultDispatch->value.typedArray.dispatch->coerce)(the, the->stack);
			(*resultDispatch->value.typedArray.dispatch->setter)(the, resultBuffer->value.reference->next, resultView->value.dataView.offset + (index << shift), the->stack, EndianNative);
			mxPop();
""",
            new="""\
			fxStoreTypedArrayItem(the, resultDispatch, resultView, resultBuffer, index, the->stack);
			mxPop();
""",
        ),
        Edit(
            FILE,
            old="""\
			(*dispatch->value.typedArray.dispatch->coerce)(the, the->stack);
			if (data->value.arrayBuffer.address != C_NULL)
                (*dispatch->value.typedArray.dispatch->setter)(the, data, offset, the->stack, EndianNative);
			mxPop();
			offset += delta;
			index++;
""",
            new="""\
			fxStoreTypedArrayItem(the, dispatch, view, buffer, target + index, the->stack);
			mxPop();
			index++;
""",
        ),
        Edit(
            FILE,
            old="""\
	fxCheckDataViewSize(the, view, buffer, XS_MUTABLE);
	while (start < end) {
		(*dispatch->value.typedArray.dispatch->setter)(the, buffer""",
            new="""\
	length = fxCheckDataViewSize(the, view, buffer, XS_MUTABLE);
	length -= length % delta;
	length += view->value.dataView.offset;
	if (end > length)
		end = length;
	while (start < end) {
		(*dispatch->value.typedArray.dispatch->setter)(the, buffer""",
        ),
    ),
    programs=(
        "safety/typedarray-from-arraylike-detach",
        "safety/typedarray-from-detach",
        "safety/typedarray-from-offset",
        "safety/typedarray-from-shrink",
        "safety/typedarray-of-detach",
        "safety/typedarray-of-shrink",
        "safety/typedarray-map-detach",
        "safety/typedarray-map-shrink",
        "safety/typedarray-fill-shrink",
        "safety/typedarray-set-array-shrink",
        "correctness/typedarray-from",
    ),
)
