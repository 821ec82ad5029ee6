"""A module's own export hides the one that `export *` would bring.

Symptom: with `export * from 'b'` and `export const q` where b has a `q` too, `q` is
ambiguous: it is not in the namespace and cannot be imported.
Cause: names of stars were compared with all names alike.
Effect: own names win; two stars of different modules still make a name ambiguous.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

MODULE = "xs/sources/xsModule.c"

REPAIR = Repair(
    name="c16_star_local",
    reason="own exports clashed with those of export *",
    edits=(
        Edit(
            MODULE,
            old="""\
					export->ID = alias->value.symbol;
""",
            new="""\
					export->ID = alias->value.symbol;
					export->flag = XS_DONT_ENUM_FLAG; /* Engo: its own name, until fxLinkExports */
""",
        ),
        Edit(
            MODULE,
            old="""\
						if (ambiguous) {
""",
            new="""\
						if (ambiguous && (ambiguous->flag & XS_DONT_ENUM_FLAG)) {
							/* Engo: a module's own name hides the star's. */
						}
						else if (ambiguous) {
""",
        ),
        Edit(
            MODULE,
            old="""\
		transfer->flag |= XS_DONT_DELETE_FLAG | XS_DONT_SET_FLAG;
""",
            new="""\
		transfer->flag = XS_DONT_DELETE_FLAG | XS_DONT_SET_FLAG;
""",
        ),
    ),
    programs=("correctness/star-local/main",),
)
