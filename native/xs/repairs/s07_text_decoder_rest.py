"""TextDecoder keeps its remainder without overlap and stays inside its input.

Symptom: with `{stream: true}` and one byte at a time the rest of a character is
copied onto itself; after an illegal sequence the search for the next one may pass
the end of the input when bytes are held back.
Cause: `memcpy` of overlapping bytes, also of none from nowhere; a loop that counts
only the length of the sequence.
Effect: `memmove`, a copy only of what is there, and a loop that ends with the input.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

FILE = "modules/data/text/decoder/textdecoder.c"

REPAIR = Repair(
    name="s07_text_decoder_rest",
    reason="the held back bytes overlapped, and a loop could pass the end of the input",
    edits=(
        Edit(
            FILE,
            old="\t\t\twhile (clen-- > 0) {",
            new="\t\t\twhile ((clen-- > 0) && (src < srcEnd)) {",
            count=2,
        ),
        Edit(
            FILE,
            old="""\
	c_memcpy(td->buffer, buffer, bufferLength);
	c_memcpy(td->buffer + bufferLength, src, srcEnd - src);
""",
            new="""\
	c_memmove(td->buffer, buffer, bufferLength);
	if (src < srcEnd)
		c_memcpy(td->buffer + bufferLength, src, srcEnd - src);
""",
        ),
    ),
    sanitized=True,
    programs=("safety/textdecoder-stream-rest",),
)
