"""Large integers are read, written and divided in passes of whole words.

Symptom: `(7n ** 6000n).toString()` takes n³ steps, BigInt(text) and division far more
than they need; a hexadecimal literal takes n².
Cause: toString divides by the radix with the general division, whose every step
copies and shifts the whole divisor; reading multiplies by ten for each digit.
Effect: native/xsnap/engine/bigint.c does it: nine digits in a pass, bits put into their
places, division as on paper. toString counts a computron for each word of each pass,
division none of its own any more, so both cost less than they did, but above 64 words,
where each pass is charged. A number of more than 65,535 words from a string is a
RangeError and no longer a wrong number.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

FILE = "xs/sources/xsBigInt.c"
DIGIT = """\
	txU4 data[1] = { 0 };
	txBigInt digit = { .sign=0, .size=1, .data=data };
	bigint->sign = 0;
	bigint->size = 1;
	bigint->data[0] = 0;
	while (length) {
		char c = *p++;
"""
SHIFTED = """\
		data[0] = c - '0';
		fxBigInt_uadd(NULL, bigint, fxBigInt_ulsl1(NULL, bigint, bigint, %s), &digit);
		length--;
	}
"""
HEXADECIMAL = """\
		if (('0' <= c) && (c <= '9'))
			data[0] = c - '0';
		else if (('a' <= c) && (c <= 'f'))
			data[0] = 10 + c - 'a';
		else
			data[0] = 10 + c - 'A';
		fxBigInt_uadd(NULL, bigint, fxBigInt_ulsl1(NULL, bigint, bigint, 4), &digit);
		length--;
	}
"""
DECIMAL = """\
		data[0] = c - '0';
		fxBigInt_uadd(NULL, bigint, fxBigInt_umul1(NULL, bigint, bigint, 10), &digit);
		length--;
	}
"""


def _parse(name: str, old: str, call: str) -> Edit:
    head = f"void fxBigIntParse{name}, txString p, txSize length"
    tail = ", txInteger sign)\n{\n" if old is DECIMAL else ")\n{\n"
    return Edit(
        FILE,
        old=head + tail + DIGIT + old,
        new=f"""\
{head.replace("(", "(void* machine, ") if old is DECIMAL else head}{tail}\
	txU4 size = {call};
	bigint->sign = 0;
	bigint->size = (size > 0xFFFF) ? 0xFFFF : (txU2)size;
""",
    )


def _bits(name: str, old: str, bits: int) -> Edit:
    call = f"engo_bigint_parse_bits(bigint->data, p, length, {bits})"
    return _parse(f"{name}(txBigInt* bigint", old, call)


def _checked(suffix: str) -> Edit:
    """A string's number must have no more words than a number can have."""
    old = f"bigint.data = fxNewChunk(the, fxBigIntMaximum{suffix}(length));"
    return Edit(FILE, old, old.replace("fxNewChunk", "fxNewBigIntChunk"))


NORMALIZE = """\
	/* normalize */
	sw = fxBigInt_ffs(b);
	nb = fxBigInt_ulsl1(the, NULL, b, sw);
	na = fxBigInt_ulsl1(the, NULL, a, sw);
	t = nb->size - 1;	/* the size must not change from 'b' */
	n = na->size - 1;

	/* adjust size of q */
	q->size = na->size - nb->size + 1;
	fxBigInt_fill0(q);	/* set 0 to quotient */

	/* process the most significant word */
	tb = fxBigInt_ulsl1(the, NULL, nb, (n - t) * mxBigIntWordSize);	/* y*b^n */
	if (fxBigInt_ucomp(na, tb) >= 0) {
		q->data[q->size - 1]++;
		fxBigInt_sub(C_NULL, na, na, tb);
		/* since nomalization done, must be na < tb here */
	}

	/* prepare the constant for the adjustment: y_t*b + y_{t-1} */
	b2 = fxBigInt_alloc(the, 2);
	fxBigInt_makepoly(b2, nb, t);
	/* and allocate for temporary buffer */
	a2 = fxBigInt_alloc(the, 3);
	tb2 = fxBigInt_alloc(the, 3);
	tb3 = fxBigInt_alloc(the, tb->size + 1);

	qp = &q->data[q->size - 1];
	ap = na->data;
	bp = nb->data;
	for (i = n; i >= t + 1; --i) {
		txU4 tq;

		/* the first estimate */
#if BN_NO_ULDIVMOD
		tq = (ap[i] == bp[t]) ? ~(txU4)0: (txU4)div64_32(mk_dword(ap, i), bp[t]);
#else
		tq = (ap[i] == bp[t]) ? ~(txU4)0: (txU4)(mk_dword(ap, i) / bp[t]);
#endif

		/* adjust */
		fxBigInt_makepoly(a2, na, i);
		while (fxBigInt_ucomp(fxBigInt_umul1(the, tb2, b2, tq), a2) > 0)
			--tq;

		/* next x */
		fxBigInt_ulsr1(the, tb, tb, mxBigIntWordSize);
		fxBigInt_usub(the, na, na, fxBigInt_umul1(the, tb3, tb, tq));
		if (na->sign) {
			fxBigInt_add(the, na, na, tb);
			--tq;
		}
		*--qp = tq;
	}
	if (r != NULL)
		*r = fxBigInt_ulsr1(the, *r, na, sw);
"""
FREE = """\
	fxBigInt_free(the, tb3);
	fxBigInt_free(the, tb2);
	fxBigInt_free(the, a2);
	fxBigInt_free(the, b2);
	fxBigInt_free(the, tb);
	fxBigInt_free(the, na);
	fxBigInt_free(the, nb);
"""

REPAIR = Repair(
    name="v11_bigint",
    reason="large integers were written in n³ steps, read and divided in too many",
    edits=(
        _parse(
            "(txBigInt* bigint",
            DECIMAL,
            "engo_bigint_parse(machine, bigint->data, p, length)",
        ),
        Edit(
            "xs/sources/xsCommon.h",
            old="extern void fxBigIntParse(txBigInt",
            new="extern void fxBigIntParse(void* machine, txBigInt",
        ),
        Edit(
            "xs/sources/xsLexical.c",
            old="fxBigIntParse(&parser->bigint2, q,",
            new="fxBigIntParse(parser->console, &parser->bigint2, q,",
        ),
        Edit(
            FILE,
            old="fxBigIntParse(&bigint, slot->value.string + offset, length, sign);",
            new="fxBigIntParse(the, &bigint, slot->value.string + offset, length, sign);",
        ),
        _bits("B", SHIFTED % "1", 1),
        _bits("O", SHIFTED % "3", 3),
        _bits("X", HEXADECIMAL, 4),
        Edit(
            FILE,
            old="txBigInt* fxStringToBigInt(txMachine* the, txSlot* slot, txFlag whole)\n{",
            new="""\
static void* fxNewBigIntChunk(txMachine* the, txSize size)
{
	if (size > (txSize)((0xFFFF + 2) * sizeof(txU4)))
		mxRangeError("too big bigint");
	return fxNewChunk(the, size);
}

txBigInt* fxStringToBigInt(txMachine* the, txSlot* slot, txFlag whole)
{""",
        ),
        *(_checked(suffix) for suffix in ("", "B", "O", "X")),
        Edit(
            FILE,
            old="""\
	static const char gxDigits[] ICACHE_FLASH_ATTR = "0123456789abcdefghijklmnopqrstuvwxyz";
	txU4 data[1] = { 10 };
	txBigInt divider = { .sign=0, .size=1, .data=data };
""",
            new="",
        ),
        Edit(
            FILE,
            old="""\
	if (radix)
		divider.data[0] = radix;
	
	length = 1 + (txSize)c_ceil((txNumber)stack->value.bigint.size * 32 * c_log(2) / c_log(data[0]));
""",
            new="""\
	if (!radix)
		radix = 10;
	length = 1 + (txSize)c_ceil((txNumber)stack->value.bigint.size * 32 * c_log(2) / c_log(radix));
""",
        ),
        Edit(
            FILE,
            old="""\
	do {
		txBigInt* remainder = NULL;
		txBigInt* quotient = fxBigInt_udiv(the, C_NULL, &stack->value.bigint, &divider, &remainder);
		result->value.string[--offset] = c_read8(gxDigits + remainder->data[0]);
        stack->value.bigint = *quotient;
        stack->kind = XS_BIGINT_KIND;
		the->stack = stack;
	}
	while (!fxBigInt_iszero(&stack->value.bigint));
	if (minus)
""",
            new="""\
	{
		txBigInt* copy = fxBigInt_dup(the, &stack->value.bigint);
		txString string = result->value.string;
		offset = (txSize)(engo_bigint_to_text(the, copy->data, copy->size, radix, string + offset) - string);
		fxBigInt_free(the, copy);
	}
	if (minus)
""",
        ),
        Edit(
            FILE,
            old="""\
	txBigInt *nb, *na, *tb, *a2, *b2, *tb2, *tb3;
	int i, n, t;
	txU4 *qp, *ap, *bp;
""",
            new="""\
	txBigInt *nb, *na;
	int i;
""",
        ),
        Edit(
            FILE,
            NORMALIZE,
            new="""\
	q->sign = 0;
	if (b->size == 1) {
		txU4 rest = engo_bigint_divide_by_word(q->data, a->data, a->size, b->data[0]);
		q->size = a->size;
		if (r != NULL) {
			(*r)->data[0] = rest;
			(*r)->size = 1;
			(*r)->sign = 0;
		}
	}
	else {
		sw = fxBigInt_ffs(b);
		nb = fxBigInt_alloc(the, b->size);
		na = fxBigInt_alloc(the, a->size + 1);
		/* from here on nothing is allocated */
		fxBigInt_shift(nb->data, b->data, b->size, sw);
		na->data[a->size] = fxBigInt_shift(na->data, a->data, a->size, sw);
		engo_bigint_divide(the, q->data, na->data, na->size, nb->data, nb->size);
		q->size = na->size - nb->size;
		if (r != NULL) {
			txU4* rp = (*r)->data;
			for (i = 0; i < nb->size; i++)
				rp[i] = sw ? (na->data[i] >> sw) | (na->data[i + 1] << (mxBigIntWordSize - sw)) : na->data[i];
			for (i = nb->size; --i > 0 && rp[i] == 0;)
				;
			(*r)->size = i + 1;
			(*r)->sign = 0;
		}
		fxBigInt_free(the, na);
		fxBigInt_free(the, nb);
	}
""",
        ),
        Edit(FILE, FREE, new=""),
        Edit(
            FILE,
            old="txBigInt *fxBigInt_udiv(txMachine* the, txBigInt *q, txBigInt *a, txBigInt *b, txBigInt **r)\n{",
            new="""\
/* The bits that come out at the top. */
static txU4 fxBigInt_shift(txU4* to, txU4* from, int size, int by)
{
	txU4 carry = 0;
	int i;
	for (i = 0; i < size; i++) {
		txU4 word = from[i];
		to[i] = (word << by) | carry;
		carry = by ? word >> (mxBigIntWordSize - by) : 0;
	}
	return carry;
}

txBigInt *fxBigInt_udiv(txMachine* the, txBigInt *q, txBigInt *a, txBigInt *b, txBigInt **r)
{""",
        ),
    ),
    programs=(
        "speed/bigint_tostring",
        "speed/bigint_parse",
        "speed/bigint_division",
        "speed/bigint_random",
    ),
)
