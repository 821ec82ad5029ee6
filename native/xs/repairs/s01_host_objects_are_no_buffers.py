"""Only objects that carry buffer information are buffers.

Symptom: a guest that holds a TextDecoder gives it a property `byteLength`, makes a
Uint8Array of it and reads and writes that many bytes beyond a small block.
Cause: `fxGetBufferInfo` asked any host object without buffer information for its
`byteLength`, that is, it asked the guest, and noted the answer as the true length.
Effect: such an object is an invalid buffer. SharedArrayBuffer has its information
and works as before.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

FILE = "xs/sources/xsDataView.c"

REPAIR = Repair(
    name="s01_host_objects_are_no_buffers",
    reason="a host object's guest-visible byteLength became the length of a buffer",
    edits=(
        Edit(
            FILE,
            old="""\
		txInteger byteLength;
		if (bufferInfo && (bufferInfo->kind == XS_BUFFER_INFO_KIND))
			return bufferInfo;
		mxPushSlot(buffer);
		mxGetID(mxID(_byteLength));
		if (!fxCheckLength(the, the->stack, &byteLength))
			mxTypeError("invalid byteLength");
		fxReport(the, "# Use xsSetHostBuffer instead of xsSetHostData\\n");
		mxPop();
		bufferInfo = fxNewSlot(the);
		bufferInfo->next = arrayBuffer->next;
		bufferInfo->flag = XS_INTERNAL_FLAG;
		bufferInfo->kind = XS_BUFFER_INFO_KIND;
		bufferInfo->value.bufferInfo.length = byteLength;
		bufferInfo->value.bufferInfo.maxLength = -1;
		arrayBuffer->next = bufferInfo;
		return bufferInfo;
""",
            new="""\
		if (bufferInfo && (bufferInfo->kind == XS_BUFFER_INFO_KIND))
			return bufferInfo;
""",
        ),
    ),
    programs=(
        "safety/hostobject-no-buffer",
        "safety/hostobject-no-buffer-compartment",
    ),
)
