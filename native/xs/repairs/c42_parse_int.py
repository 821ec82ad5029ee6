"""parseInt of more than 53 bits rounds once.

Symptom: `parseInt('774762928556188523639')` is 774762928556188400000 and a hundred
units off; `parseInt` of many hexadecimal digits is off by one unit in the last place;
`parseInt('-0')` is 0.
Cause: each digit was multiplied and added as a number, and each step rounded; what
equals a whole number became one.
Effect: native/xsnap/engine/numbers.c makes the nearest number of decimal digits and of
those of bases that are powers of two; the language asks for no more (ECMA-262 19.2.5).
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

REPAIR = Repair(
    name="c42_parse_int",
    reason="parseInt of long decimals was not the nearest number",
    edits=(
        Edit(
            "xs/sources/xsNumber.c",
            old="""\
		aResult = (aResult * aRadix) + aDigit;
		s++;
	}
	if (r == s) {
""",
            new="""\
		s++;
	}
	aResult = engo_whole_number(the, r, (size_t)(s - r), aRadix);
	if (r == s) {
""",
        ),
        Edit(
            "xs/sources/xsNumber.c",
            old="\t\tif (aSign == aResult) {\n",
            new="\t\tif ((aSign == aResult) && !(c_signbit(aResult) && (aRadix == 0))) {\n",
        ),
    ),
    programs=("correctness/parse-int",),
)
