"""A RegExp finds its place in the subject without walking it.

Symptom: `/g` and sticky RegExps take n² steps over a long text. With the flag d,
`/(a)(😀)?/d` gives `[300, 301]` as `[300, 300]` on text that is not ASCII.
Cause: each match asked for the subject's size and turned positions from the start; the
end of a pair of indices was measured from a position in bytes.
Effect: both come from the records of v02_string_records. Needs that repair.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

REPAIR = Repair(
    name="v03_regexp_offsets",
    reason="each match walked its whole subject",
    edits=(
        Edit(
            "xs/sources/xsre.c",
            old="\ttxInteger stop = mxStringLength(subject);\n",
            new="\ttxInteger stop = the ? engo_string_size(the, subject)"
            " : mxStringLength(subject);\n",
        ),
        Edit(
            "xs/sources/xsRegExp.c",
            old="end = start + fxUTF8ToUnicodeOffset("
            "argument->value.string + start, length);",
            new="end = fxUTF8ToUnicodeOffset(argument->value.string, end);",
        ),
    ),
    programs=(
        "speed/regexp_sticky_tokens",
        "speed/regexp_global_scan",
        "speed/regexp_lastindex_unicode",
        "speed/regexp_compile_many",
        "correctness/regexp-indices",
    ),
)
