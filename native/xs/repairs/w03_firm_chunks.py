"""Chunks that an image of the memory brought stay where they are.

Symptom: a machine made from an image of 0.8 MB of chunks keeps 790 KB of its own, and
that much goes to the disk when it is suspended, once a table of the image has grown.
Cause: the collector closes every gap, so one dead chunk moves all that lie behind it.
Effect: none where the platform names no region. In the region that it names (firmFrom,
firmTo in the machine: native/xsnap/wasm/prepare.c) chunks are kept in their places,
the dead ones too; what a machine can lose by it is bounded by the image.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

REPAIR = Repair(
    name="w03_firm_chunks",
    reason="one dead chunk of an image moved all others",
    edits=(
        Edit(
            "xs/sources/xsMemory.c",
            old="""\
			next = ((txChunk*)current)->temporary;
			if (aSize & mxChunkFlag) {
""",
            new="""\
			next = ((txChunk*)current)->temporary;
			if ((current >= the->firmFrom) && (next <= the->firmTo)) {
				((txChunk*)current)->temporary = current;
				temporary = next;
				aTotal += (txSize)(next - current);
			}
			else if (aSize & mxChunkFlag) {
""",
        ),
    ),
    unshown="only what a suspended machine takes differs",
    programs=("correctness/extensions",),
)
