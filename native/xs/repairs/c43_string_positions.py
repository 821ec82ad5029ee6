"""Positions in strings are numbers of any size.

Symptom: `'1'.charCodeAt(2 ** 32)` is 49, `'a'.charAt(Infinity)` is "a",
`'ab'.substr(0, 4294967295)` is empty, `'a'.codePointAt(-0.5)` is undefined.
Cause: arguments were cut to 32 bits, which makes 0 of what is out of reach.
Effect: what is beyond the string is beyond it (ECMA-262 ToIntegerOrInfinity).
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

STRING = "xs/sources/xsString.c"

REPAIR = Repair(
    name="c43_string_positions",
    reason="charCodeAt, charAt and substr took positions modulo 2**32",
    edits=(
        Edit(
            STRING,
            old="""\
static txInteger fxArgToPosition(txMachine* the, txInteger i, txInteger index, txInteger length);
""",
            new="""\
static txInteger fxArgToPosition(txMachine* the, txInteger i, txInteger index, txInteger length);
static txInteger fxArgToOffset(txMachine* the, txInteger argi);
""",
        ),
        Edit(
            STRING,
            old="""\
		anOffset = fxToInteger(the, mxArgv(0));
		if (anOffset < 0) goto fail;
""",
            new="""\
		anOffset = fxArgToOffset(the, 0);
		if (anOffset < 0) goto fail;
""",
            count=2,
        ),
        Edit(
            STRING,
            old="""\
	txNumber at = (mxArgc > 0) ? fxToNumber(the, mxArgv(0)) : 0;
	if (c_isnan(at))
		at = 0;
""",
            new="""\
	txNumber at = (mxArgc > 0) ? c_trunc(fxToNumber(the, mxArgv(0))) : 0;
	if (c_isnan(at))
		at = 0;
""",
        ),
        Edit(
            STRING,
            old="""\
		stop = start + fxToInteger(the, mxArgv(1));
		if (stop > size)
			stop = size;
""",
            new="""\
		txNumber count = c_trunc(fxToNumber(the, mxArgv(1)));
		if (!(count > 0))
			stop = start;
		else if (count < size - start)
			stop = start + (txInteger)count;
""",
        ),
        Edit(
            STRING,
            old="""\
txInteger fxArgToPosition(txMachine* the, txInteger argi, txInteger index, txInteger length)
{
""",
            new="""\
/* Engo: -1 where no string has a unit */
txInteger fxArgToOffset(txMachine* the, txInteger argi)
{
	txNumber at;
	if (mxArgv(argi)->kind == XS_INTEGER_KIND)
		return mxArgv(argi)->value.integer;
	at = c_trunc(fxToNumber(the, mxArgv(argi)));
	if (c_isnan(at))
		return 0;
	return ((0 <= at) && (at < 0x7FFFFFFF)) ? (txInteger)at : -1;
}

txInteger fxArgToPosition(txMachine* the, txInteger argi, txInteger index, txInteger length)
{
""",
        ),
    ),
    programs=("correctness/string-positions",),
)
