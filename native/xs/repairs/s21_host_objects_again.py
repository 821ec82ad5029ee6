"""A host object without a buffer gives no memory to Base64 and the text coders.

Symptom: `o = Object.create(TextDecoder.prototype)` with a `byteLength` of its own and
`Uint8Array.prototype` as its prototype is taken by `TextEncoder.encodeInto`,
`TextDecoder.decode` and `Base64.encode` for a buffer at address 0: signal 11 natively,
and in WebAssembly the whole memory of the machine, to read and to write.
Cause: the sibling of what s01 repairs: a host object without buffer information was
asked for its `byteLength`. `Object.create` makes such objects of a host prototype.
Effect: TypeError. What TextDecoder makes of more than 700 MB of invalid bytes is
measured in 64 bits, and refused.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

DECODER = "modules/data/text/decoder/textdecoder.c"

REPAIR = Repair(
    name="s21_host_objects_again",
    reason="a confined guest read and wrote the machine's memory from address 0",
    edits=(
        Edit(
            "xs/sources/xsmc.c",
            old="""\
		else {
			// for compatibility. should throw eventually.
			txSlot tmp, ref;
			fxReport(the, "# Use xsmcSetHostBuffer instead of xsmcSetHostData\\n");
			fxReference(the, &ref, instance);
			_xsGet(the, &tmp, &ref, _byteLength);
			*data = (uint8_t *)slot->value.host.data;
			*count = (txUnsigned)fxToInteger(the, &tmp);
		}
		return xsBufferNonrelocatable;
""",
            new="""\
		else
			goto bail;
		return xsBufferNonrelocatable;
""",
        ),
        Edit(
            DECODER,
            old="	uint32_t outLength = 0;\n",
            new="	uint64_t outLength = 0;\n",
        ),
        Edit(
            DECODER,
            old="	xsmcSetStringBuffer(xsResult, NULL, outLength + 1);\n",
            new="""\
	if (outLength > 0x7FFFFFF0)
		xsRangeError("too long a text");
	xsmcSetStringBuffer(xsResult, NULL, (xsIntegerValue)outLength + 1);
""",
        ),
    ),
    programs=("safety/host-objects-again",),
)
