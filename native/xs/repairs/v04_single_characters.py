"""One string for each ASCII character.

Symptom: reading a text by `s[i]` or charAt takes a chunk for each character.
Cause: the result is always copied.
Effect: `engo_string_cut` (native/xsnap/engine/strings.c) keeps the strings of one
byte that it made since the last sweep. Sound since strings do not change; needs
v02_string_records.
"""

from __future__ import annotations

from native.xs.repairs.model import Cost, Edit, Repair

FILE = "xs/sources/xsString.c"


def _cut(indent: str, result: str, source: str) -> Edit:
    """A copy between two offsets of a string slot, by `from` and `to`."""
    return Edit(
        FILE,
        old=f"""\
{indent}{result}->value.string = fxNewChunk(the, to - from + 1);
{indent}c_memcpy({result}->value.string, {source} + from, to - from);
{indent}{result}->value.string[to - from] = 0;
""",
        new=f"""\
{indent}{result}->value.string = engo_string_cut(the, &{source}, from, to - from);
""",
    )


REPAIR = Repair(
    name="v04_single_characters",
    reason="each character that was read became a chunk of its own",
    edits=(
        _cut("\t\t\t\t\t", "mxResult", "string->value.string"),
        _cut("\t\t\t\t", "mxResult", "mxThis->value.string"),
        _cut("\t\t", "descriptor", "string->value.key.string"),
        Edit(
            FILE,
            old="""\
	mxResult->value.string = (txString)fxNewChunk(the, aLength + 1);
	c_memcpy(mxResult->value.string, mxThis->value.string + anOffset, aLength);
	mxResult->value.string[aLength] = 0;
	mxResult->kind = XS_STRING_KIND;
	return;

fail:
	mxResult->value.string = mxEmptyString.value.string;
	mxResult->kind = mxEmptyString.kind;
}

void fx_String_prototype_charCodeAt(""",
            new="""\
	mxResult->value.string = engo_string_cut(the, &mxThis->value.string, anOffset, aLength);
	mxResult->kind = XS_STRING_KIND;
	return;

fail:
	mxResult->value.string = mxEmptyString.value.string;
	mxResult->kind = mxEmptyString.kind;
}

void fx_String_prototype_charCodeAt(""",
        ),
    ),
    cost=Cost("faults", 1.3),
    programs=("speed/string_single_characters", "speed/string_characters_kept"),
)
