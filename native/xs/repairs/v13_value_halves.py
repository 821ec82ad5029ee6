"""The loop copies values as they were written: by halves.

Symptom: calls, loops and comparators take 2 to 15 % longer than they need.
Cause: a slot's value is written as 4 or 8 bytes and then copied as 16; a processor
cannot forward a store to a larger load and waits until it has reached the cache.
Effect: the same bytes in copies of eight where a pointer has eight bytes. gcc would
join them again, hence -fno-tree-slp-vectorize (native/xs/flavours.py).
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

FILE = "xs/sources/xsRun.c"


def _copy(to: str, source: str, count: int) -> Edit:
    return Edit(
        FILE,
        old=f"{to}->value = {source}->value;",
        new=f"mxCopyValue({to}, {source});",
        count=count,
    )


def _copy_slot(to: str, source: str, count: int = 1) -> Edit:
    return Edit(
        FILE,
        old=f"\t*{to} = *{source};",
        new=f"\tmxCopySlot({to}, {source});",
        count=count,
    )


def _copy_scratch() -> Edit:
    return Edit(
        FILE,
        old="mxStack->value = the->scratch.value;",
        new="mxCopyValue(mxStack, &the->scratch);",
    )


REPAIR = Repair(
    name="v13_value_halves",
    reason="a load of a whole value waits for the stores of its halves",
    edits=(
        _copy("mxStack", "slot", 7),
        _copy("mxStack", "variable", 3),
        _copy("slot", "mxStack", 3),
        _copy("slot", "variable", 6),
        _copy("variable", "mxStack", 11),
        _copy("variable", "slot", 3),
        _copy_scratch(),
        _copy_slot("mxStack", "slot"),
        _copy_slot("mxStack", "mxFrameResult", 2),
        _copy_slot("mxFrameResult", "(mxStack++)", 4),
        _copy_slot("mxStack", "mxFrameFunction"),
        _copy_slot("mxStack", "mxFrameTarget"),
        _copy_slot("mxStack", "mxFrameThis"),
        _copy_slot("mxStack", "(mxStack + 1)"),
        _copy_slot("(mxStack + 1)", "(mxStack + 3)"),
        _copy_slot("mxStack", "(mxStack + 2)"),
        _copy_slot("(mxStack)", "(mxStack + 1)"),
        _copy_slot("(mxStack + 1)", "mxStack", 4),
        Edit(
            FILE,
            old='#include "xsAll.h"\n',
            new="""\
#include "xsAll.h"

#if INTPTR_MAX == INT64_MAX
	#define mxCopyValue(TO, FROM) { \\
		txU8* to_ = (txU8*)&((TO)->value); \\
		txU8* from_ = (txU8*)&((FROM)->value); \\
		to_[0] = from_[0]; \\
		to_[1] = from_[1]; \\
	}
	#define mxCopySlot(TO, FROM) { \\
		txU8* to_ = (txU8*)(TO); \\
		txU8* from_ = (txU8*)(FROM); \\
		to_[0] = from_[0]; \\
		to_[1] = from_[1]; \\
		to_[2] = from_[2]; \\
		to_[3] = from_[3]; \\
	}
#else
	#define mxCopySlot(TO, FROM) (*(TO) = *(FROM))
	#define mxCopyValue(TO, FROM) ((TO)->value = (FROM)->value)
#endif
""",
        ),
    ),
    unshown="only time differs, by less than two runs of one build do",
    programs=("speed/value_copies",),
)
