"""Decimal texts become the nearest number and numbers their nearest shortest text.

Symptom: `9007199254740993` is 9007199254740994 (also from `Number()` and JSON), `1e23`
prints as 9.999999999999999e+22, `Math.fround(0.7)` with a digit that is not nearest,
`(0.5).toFixed(0)` is "0." without a digit, `(168.25).toPrecision(8)` lacks its zeros.
Cause: the whole conversion was compiled to round halves up, which toFixed, toPrecision
and toExponential alone must do (ECMA-262 Number::toString, StringToNumber round to
even); a half before the first digit was rounded down, a point was always written, and
the zeros of toPrecision were counted as if there were one digit.
Effect: halves go to even in reading and in the shortest text, and up where digits are
counted.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

DTOA = "xs/sources/xsdtoa.c"

REPAIR = Repair(
    name="c40_number_rounding",
    reason="whole numbers above 2**53 were read wrong, 1e23 was printed wrong",
    edits=(
        Edit(
            DTOA,
            old="#define Omit_Private_Memory\n#define ROUND_BIASED\n",
            new="#define Omit_Private_Memory\n",
        ),
        Edit(
            DTOA,
            old="if (dval(&u) > ds || (dval(&u) == ds && L & 1))",
            new="if (dval(&u) > ds || (dval(&u) == ds && (mode > 1 || L & 1)))",
        ),
        Edit(
            DTOA,
            old="\tif (j > 0 || (j == 0 && dig & 1))\n",
            new="\tif (j > 0 || (j == 0 && (mode > 1 || dig & 1)))\n",
        ),
        Edit(
            DTOA,
            old="cmp(b,S = multadd(S,5,0 MTb)) <= 0) {",
            new="cmp(b,S = multadd(S,5,0 MTb)) < 0) {",
        ),
        Edit(
            DTOA,
            old="""\
			*result++ = '0';
			*result++ = '.';
""",
            new="""\
			*result++ = '0';
			if ((decpt < 0) || (start < stop) || (pad > 0))
				*result++ = '.';
""",
        ),
        Edit(
            DTOA,
            old="                pad = thePrecision - count - decpt + 1;\n",
            new="                pad = thePrecision - decpt;\n",
        ),
    ),
    programs=("correctness/number-rounding",),
)
