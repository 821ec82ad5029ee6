"""The functions of generators refuse what is an async generator.

Symptom: `Object.getPrototypeOf(function* () {}).prototype.next.call(asyncGenerator)`
runs an async generator as if it were none: while it runs already, too, and past what
it awaits.
Cause: any object with a stored stack was taken for a generator.
Effect: TypeError.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

REPAIR = Repair(
    name="s18_generator_kinds",
    reason="an async generator could be entered while it ran",
    edits=(
        Edit(
            "xs/sources/xsGenerator.c",
            old="""\
		if (slot && (slot->flag & XS_INTERNAL_FLAG) && (slot->kind == XS_STACK_KIND))
			return instance;
""",
            new="""\
		if (slot && (slot->flag & XS_INTERNAL_FLAG) && (slot->kind == XS_STACK_KIND)) {
			slot = slot->next->next;
			if (!slot || !(slot->flag & XS_INTERNAL_FLAG) || (slot->kind != XS_LIST_KIND))
				return instance;
		}
""",
        ),
    ),
    programs=("safety/generator-kinds",),
)
