"""Indented JSON of an empty object or array is `{}` or `[]`.

Symptom: `JSON.stringify({}, null, 2)` is a brace, two spaces on a line of their own, and
a brace.
Cause: the first line was broken before it was known whether there is an item.
Effect: it is broken in front of the first item (ECMA-262 SerializeJSONObject).
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

JSON = "xs/sources/xsJSON.c"

REPAIR = Repair(
    name="c47_json_empty",
    reason="indented JSON of empty objects had blank lines",
    edits=(
        Edit(
            JSON,
            old="""\
		fxStringifyJSONChars(the, theStringifier, ",", 1);
		fxStringifyJSONIndent(the, theStringifier);
	}
	else
		*theFlag |= 1;
	if (*theFlag & 2) {
""",
            new="""\
		fxStringifyJSONChars(the, theStringifier, ",", 1);
	}
	else
		*theFlag |= 1;
	if (theStringifier->level)
		fxStringifyJSONIndent(the, theStringifier);
	if (*theFlag & 2) {
""",
        ),
        Edit(
            JSON,
            old="""\
				fxStringifyJSONChars(the, theStringifier, ",", 1);
				fxStringifyJSONIndent(the, theStringifier);
			}
			else
				*theFlag |= 1;
""",
            new="""\
				fxStringifyJSONChars(the, theStringifier, ",", 1);
			}
			else
				*theFlag |= 1;
			if (theStringifier->level)
				fxStringifyJSONIndent(the, theStringifier);
""",
        ),
        *(
            Edit(
                JSON,
                old=f"""\
				fxStringifyJSONChars(the, theStringifier, "{opening}", 1);
				theStringifier->level++;
				fxStringifyJSONIndent(the, theStringifier);
""",
                new=f"""\
				fxStringifyJSONChars(the, theStringifier, "{opening}", 1);
				theStringifier->level++;
""",
            )
            for opening in "[{"
        ),
        *(
            Edit(
                JSON,
                old=f"""\
				fxStringifyJSONIndent(the, theStringifier);
				fxStringifyJSONChars(the, theStringifier, "{closing}", 1);
""",
                new=f"""\
				if (aFlag & 1)
					fxStringifyJSONIndent(the, theStringifier);
				fxStringifyJSONChars(the, theStringifier, "{closing}", 1);
""",
            )
            for closing in "]}"
        ),
    ),
    programs=("correctness/json-empty",),
)
