"""decodeURI takes UTF-8 only: no surrogates, nothing too long, nothing too large.

Symptom: `decodeURIComponent('%C0%80')` is a NUL that a check of the encoded text does
not see; `%ED%A0%80` and `%F7%BF%BF%BF` are accepted too.
Cause: the value that was decoded was not looked at.
Effect: URIError, as specified.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

GLOBAL = "xs/sources/xsGlobal.c"

REPAIR = Repair(
    name="c12_decode_uri",
    reason="over-long and invalid UTF-8 was decoded",
    edits=(
        Edit(
            GLOBAL,
            old="""\
				}
				d &= sequence->lmask;
				length += mxStringByteLength(d);
""",
            new="""\
				}
				d &= sequence->lmask;
				if (((txU4)d < sequence->lval) || (d > 0x10FFFF) || ((0xD800 <= d) && (d <= 0xDFFF)))
					mxURIError("invalid URI");
				length += mxStringByteLength(d);
""",
        ),
    ),
    programs=("correctness/decode-surrogates",),
)
