"""Products of long BigInts take n^1.6 steps instead of n².

Symptom: a product of two numbers of two million bits takes seconds, and so does a
power of that size.
Cause: every word of one factor is multiplied with every word of the other.
Effect: from forty words on native/xsnap/engine/product.c halves long factors. A product
is charged as it was by m05_bigint_asks, though before it is made and not on the way; a
square inside a power is still charged by its result, and asks now. Without memory
beside the heap for it a product takes as long as it did, and costs the same.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

FILE = "xs/sources/xsBigInt.c"

REPAIR = Repair(
    name="v15_bigint_products",
    reason="long integers were multiplied word by word",
    edits=(
        Edit(
            FILE,
            old="""\
	n = bb->size;
	for (i = 0, j = 0; i < n; i++) {
""",
            new="""\
	n = bb->size;
	i = j = 0;
	if (the && (aa->size >= ENGO_LONG_FACTOR) && (n >= ENGO_LONG_FACTOR)) {
		j = aa->size;
		if (j > 64)
			mxMeterSome((txU4)n * (txU4)(j >> 4));
		engo_bigint_multiply(the, rp, ap, aa->size, bp, bb->size);
		i = n;
	}
	for (; i < n; i++) {
""",
        ),
        Edit(
            FILE,
            old="""\
	t = a->size;
	ap = a->data;
	rp = r->data;

	for (i = 0; i < t - 1; i++) {
""",
            new="""\
	t = a->size;
	ap = a->data;
	rp = r->data;

	if (the && (t >= ENGO_LONG_FACTOR)) {
		engo_bigint_multiply(the, rp, ap, a->size, ap, a->size);
		for (i = 2 * t; --i > 0 && rp[i] == 0;)
			;
		r->size = i + 1;
		r->sign = 0;
		return(r);
	}
	for (i = 0; i < t - 1; i++) {
""",
        ),
    ),
    programs=("speed/bigint_products",),
)
