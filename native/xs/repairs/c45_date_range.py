"""Years and months beyond every date give NaN.

Symptom: `Date.UTC(2 ** 32, 0)` is -2208988800000, the year 1900.
Cause: year and month were cut to 32 bits, which C leaves undefined beyond them.
Effect: NaN beyond 400,000 years from zero; the range of dates ends at 275,760
(ECMA-262 MakeDay, TimeClip).
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

DATE = "xs/sources/xsDate.c"

REPAIR = Repair(
    name="c45_date_range",
    reason="dates of huge years were dates of other years",
    edits=(
        Edit(
            DATE,
            old="\t\ttxInteger value = fxToInteger(the, slot);\n",
            new="\t\ttxNumber value = c_trunc(result);\n",
        ),
        Edit(
            DATE,
            old="""\
	txInteger year, month, leap;
	txNumber value;
	if ((!c_isfinite(dt->year))
""",
            new="""\
	txInteger year, month, leap;
	txNumber value, years, months;
	if ((!c_isfinite(dt->year))
""",
        ),
        Edit(
            DATE,
            old="""\
	year = (txInteger)c_trunc(dt->year);
	month = (txInteger)c_trunc(dt->month);
	year += month / 12;
	month %= 12;
	if (month < 0) {
		year--;
		month += 12;
	}
	leap = mxIsLeapYear(year);
	year += mxYearsOffset - 1;
""",
            new="""\
	months = c_trunc(dt->month);
	years = c_floor(months / 12);
	months -= years * 12;
	years += c_trunc(dt->year);
	if (c_fabs(years) > 400000)
		return C_NAN;
	year = (txInteger)years;
	month = (txInteger)months;
	leap = mxIsLeapYear(year);
	year += mxYearsOffset - 1;
""",
        ),
    ),
    programs=("correctness/date-range",),
)
