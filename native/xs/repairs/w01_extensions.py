"""Extensions see the engine's slots and functions as the engine has them.

Symptom: in WebAssembly TextDecoder, TextEncoder and Base64 are silently missing, and
what makes a host function traps.
Cause: xs.h declares a slot of four pointers, which is 16 bytes there; with 32-bit ids
the engine's slot has 24, as it holds a double. Three functions are declared there
without the result that they have, and WebAssembly calls by exact type.
Effect: none where a pointer has eight bytes and a result lies in a register.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

FILE = "xs/includes/xs.h"
WITHOUT_RESULT = (
    "mxImport void fxNewHostConstructor(",
    "mxImport void fxNewHostFunction(",
    "mxImport void fxNewHostInstance(",
)

REPAIR = Repair(
    name="w01_extensions",
    reason="extensions saw slots and functions of other types than the engine's",
    edits=(
        Edit(
            FILE,
            old="""\
struct xsSlotRecord {
	void* data[4];
};
""",
            new="""\
struct xsSlotRecord {
#if defined(mx32bitID) && (__SIZEOF_POINTER__ == 4)
	double data[3];
#else
	void* data[4];
#endif
};
""",
        ),
        *(Edit(FILE, old, old.replace("void", "xsSlot*")) for old in WITHOUT_RESULT),
    ),
    unshown="none of it differs where a pointer has eight bytes",
    programs=("correctness/extensions",),
)
