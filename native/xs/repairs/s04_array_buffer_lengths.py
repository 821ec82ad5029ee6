"""ArrayBuffer methods read lengths after guest code, and no length is negative.

Symptom: `resize`, `transfer` and `concat` copy more bytes than there are when an
argument's `valueOf` or a species constructor resizes a buffer on the way;
`fromBigInt` with the largest minimum writes two gigabytes away.
Cause: lengths kept over guest code; a sum that became a negative integer and so was
smaller than every real length.
Effect: lengths are read again before the copies, `concat` refuses what has grown,
and a negative length is a RangeError for every caller.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

FILE = "xs/sources/xsDataView.c"

REPAIR = Repair(
    name="s04_array_buffer_lengths",
    reason="ArrayBuffer methods copied by lengths from before guest code",
    edits=(
        Edit(
            FILE,
            old="""\
	txSlot* instance;
	if (constructor)
		mxPushSlot(constructor);
	else {
		mxPushSlot(mxThis);
		mxGetID(mxID(_constructor));
	}
	fxToSpeciesConstructor(the, &mxArrayBufferConstructor);
""",
            new="""\
	txSlot* instance;
	if (length < 0)
		mxRangeError("out of range byteLength");
	if (constructor)
		mxPushSlot(constructor);
	else {
		mxPushSlot(mxThis);
		mxGetID(mxID(_constructor));
	}
	fxToSpeciesConstructor(the, &mxArrayBufferConstructor);
""",
        ),
        Edit(
            FILE,
            old="""\
	txInteger c = mxArgc, i = 0;
	txByte* address;
	txSlot* slot;
	while (i < c) {
		arrayBuffer = C_NULL;
""",
            new="""\
	txInteger c = mxArgc, i = 0;
	txInteger rest;
	txByte* address;
	txSlot* slot;
	while (i < c) {
		arrayBuffer = C_NULL;
""",
        ),
        Edit(
            FILE,
            old="""\
	fxConstructArrayBufferResult(the, C_NULL, length);
	arrayBuffer = instance->next;
	bufferInfo = arrayBuffer->next;
	address = mxResult->value.reference->next->value.arrayBuffer.address;
	length = bufferInfo->value.bufferInfo.length;
	c_memcpy""",
            new="""\
	rest = length;
	fxConstructArrayBufferResult(the, C_NULL, length);
	arrayBuffer = instance->next;
	bufferInfo = arrayBuffer->next;
	address = mxResult->value.reference->next->value.arrayBuffer.address;
	length = bufferInfo->value.bufferInfo.length;
	if (length > rest)
		mxTypeError("resized this");
	rest -= length;
	c_memcpy""",
        ),
        Edit(
            FILE,
            old="""\
		arrayBuffer = mxArgv(i)->value.reference->next;
		bufferInfo = arrayBuffer->next;
		length = bufferInfo->value.bufferInfo.length;
""",
            new="""\
		arrayBuffer = mxArgv(i)->value.reference->next;
		bufferInfo = arrayBuffer->next;
		length = bufferInfo->value.bufferInfo.length;
		if (length > rest)
			mxTypeError("resized arguments[%ld]", i);
		rest -= length;
""",
        ),
        Edit(
            FILE,
            old="""\
	chunk = (txByte*)fxRenewChunk(the, arrayBuffer->value.arrayBuffer.address, newByteLength);
""",
            new="""\
	oldByteLength = bufferInfo->value.bufferInfo.length;
	chunk = (txByte*)fxRenewChunk(the, arrayBuffer->value.arrayBuffer.address, newByteLength);
""",
        ),
        Edit(
            FILE,
            old="""\
	oldByteLength = bufferInfo->value.bufferInfo.length;
	newByteLength = fxArgToByteLength(the, 0, 0);
""",
            new="""\
	newByteLength = fxArgToByteLength(the, 0, 0);
""",
        ),
        Edit(
            FILE,
            old="""\
	arrayBuffer = fxCheckArrayBufferDetached(the, mxThis, XS_MUTABLE);
	c_memcpy(resultBuffer->value.arrayBuffer.address, arrayBuffer->value.arrayBuffer.address, (newByteLength""",
            new="""\
	arrayBuffer = fxCheckArrayBufferDetached(the, mxThis, XS_MUTABLE);
	oldByteLength = bufferInfo->value.bufferInfo.length;
	c_memcpy(resultBuffer->value.arrayBuffer.address, arrayBuffer->value.arrayBuffer.address, (newByteLength""",
        ),
    ),
    programs=(
        "safety/arraybuffer-concat-reentrant",
        "safety/arraybuffer-frombigint-length",
        "safety/arraybuffer-resize-reentrant",
        "safety/arraybuffer-transfer-reentrant",
    ),
)
