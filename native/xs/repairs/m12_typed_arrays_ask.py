"""Loops over the elements of a typed array look at the host's interrupt.

Symptom: `new Float64Array(1e7).set(new Uint8Array(1e7))` is interrupted a third of a
second late in WebAssembly; fill, slice and reverse of a hundred megabytes, too.
Cause: nothing is counted in these loops.
Effect: they look every 65,536th element. Nothing is charged.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

FILE = "xs/sources/xsDataView.c"
ASK = "mxMeterAskAtTimes(rounds);\n"

REPAIR = Repair(
    name="m12_typed_arrays_ask",
    reason="working on all elements of a typed array was interrupted late",
    edits=(
        Edit(
            FILE,
            old="""\
	while (start < end) {
		(*dispatch->value.typedArray.dispatch->setter)(""",
            new=f"""\
	txU4 rounds = 0;
	while (start < end) {{
		{ASK}\
		(*dispatch->value.typedArray.dispatch->setter)(""",
        ),
        Edit(
            FILE,
            old="""\
		while (first < last) {
			for (offset = 0;""",
            new=f"""\
		txU4 rounds = 0;
		while (first < last) {{
			{ASK}\
			for (offset = 0;""",
        ),
        Edit(
            FILE,
            old="""\
			while (offset < limit) {
				(*sourceDispatch""",
            new=f"""\
			txU4 rounds = 0;
			while (offset < limit) {{
				{ASK}\
				(*sourceDispatch""",
        ),
        Edit(
            FILE,
            old="""\
			while ((start < length) && (start < end)) {
				(*dispatch""",
            new=f"""\
			txU4 rounds = 0;
			while ((start < length) && (start < end)) {{
				{ASK}\
				(*dispatch""",
        ),
    ),
    programs=("safety/stop-typed-set",),
    unshown="only how soon it ends differs",
)
