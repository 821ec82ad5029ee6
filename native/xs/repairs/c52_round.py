"""`Math.round` rounds the smallest numbers, and the largest that have a fraction.

Symptom: `Math.round(5e-324)` is 5e-324, `Math.round(4503599627370495.5)` has a fraction.
Cause: numbers that are not normal, and those from 2**52 - 1 on, were left as they are.
Effect: all below 2**52 are rounded; from there on none has a fraction.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

REPAIR = Repair(
    name="c52_round",
    reason="Math.round left subnormal numbers as they are",
    edits=(
        Edit(
            "xs/sources/xsMath.c",
            old="""\
	if (c_isnormal(arg) && (-4503599627370495 < arg) && (arg < 4503599627370495)) { // 2 ** 52 - 1
		if ((arg < -0.5) || (0.5 <= arg))
""",
            new="""\
	if ((-4503599627370496.0 < arg) && (arg < 4503599627370496.0)) { // 2 ** 52
		if ((arg < -0.5) || (0.5 <= arg))
""",
        ),
    ),
    programs=("correctness/round",),
)
