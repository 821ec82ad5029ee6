"""Base64.decode makes room for all that its loop may write.

Symptom: up to two bytes past the block for a text with complete quartets before its
padding; `''` reads before the string, `'='` asks for four gigabytes.
Cause: the padding is taken off the size, the loop writes the quartets first.
Effect: the size is the upper bound of what is written, and the end trims it. The
result's `maxByteLength` is that bound.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

FILE = "modules/data/base64/modBase64.c"

REPAIR = Repair(
    name="s06_base64_size",
    reason="the decoder's size subtracted padding that its loop writes",
    edits=(
        Edit(
            FILE,
            old="""\
	if (c_read8(src + srcSize - 1) == '=')
		dstSize--;
	if (c_read8(src + srcSize - 2) == '=')
		dstSize--;
""",
            new="",
        ),
    ),
    programs=("safety/base64-decode-bounds",),
)
