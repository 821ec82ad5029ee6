"""Atomics look at the index again after their operands are converted.

Symptom: `Atomics.store(view, 1000, {valueOf() { buffer.resize(8) ... }})` writes
outside the block.
Cause: the index is checked first and the operands are converted afterwards; what
follows tests only for a detached buffer.
Effect: a RangeError; a detached buffer is a TypeError as before.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

FILE = "xs/sources/xsAtomics.c"

REPAIR = Repair(
    name="s05_atomics_index",
    reason="Atomics used an index from before the operands were converted",
    edits=(
        Edit(
            FILE,
            old="""\
static txInteger fxCheckAtomicsIndex(txMachine* the, txInteger index, txInteger length);
""",
            new="""\
static txInteger fxCheckAtomicsIndex(txMachine* the, txInteger index, txInteger length);
/* Engo: is the index still inside the view, after the operands' conversion? */
static void fxCheckAtomicsOffset(txMachine* the, txSlot* dispatch, txInteger index)
{
	txSlot* view = dispatch->next;
	txSlot* buffer = view->next;
	if (buffer->value.reference->next->value.arrayBuffer.address == C_NULL)
		return;
	if (index >= (fxGetDataViewSize(the, view, buffer) >> dispatch->value.typedArray.dispatch->shift))
		mxRangeError("out of range index");
}
""",
        ),
        Edit(
            FILE,
            old="""\
	(*dispatch->value.typedArray.atomics->add)(the, host, offset, the->stack, 0);
""",
            new="""\
	fxCheckAtomicsOffset(the, dispatch, index);
	(*dispatch->value.typedArray.atomics->add)(the, host, offset, the->stack, 0);
""",
        ),
        Edit(
            FILE,
            old="""\
	(*dispatch->value.typedArray.atomics->and)(the, host, offset, the->stack, 0);
""",
            new="""\
	fxCheckAtomicsOffset(the, dispatch, index);
	(*dispatch->value.typedArray.atomics->and)(the, host, offset, the->stack, 0);
""",
        ),
        Edit(
            FILE,
            old="""\
	(*dispatch->value.typedArray.atomics->compareExchange)(the, host, offset, the->stack, 0);
""",
            new="""\
	fxCheckAtomicsOffset(the, dispatch, index);
	(*dispatch->value.typedArray.atomics->compareExchange)(the, host, offset, the->stack, 0);
""",
        ),
        Edit(
            FILE,
            old="""\
	(*dispatch->value.typedArray.atomics->exchange)(the, host, offset, the->stack, 0);
""",
            new="""\
	fxCheckAtomicsOffset(the, dispatch, index);
	(*dispatch->value.typedArray.atomics->exchange)(the, host, offset, the->stack, 0);
""",
        ),
        Edit(
            FILE,
            old="""\
	(*dispatch->value.typedArray.atomics->load)(the, host, offset, mxResult, 0);
""",
            new="""\
	fxCheckAtomicsOffset(the, dispatch, index);
	(*dispatch->value.typedArray.atomics->load)(the, host, offset, mxResult, 0);
""",
        ),
        Edit(
            FILE,
            old="""\
	(*dispatch->value.typedArray.atomics->or)(the, host, offset, the->stack, 0);
""",
            new="""\
	fxCheckAtomicsOffset(the, dispatch, index);
	(*dispatch->value.typedArray.atomics->or)(the, host, offset, the->stack, 0);
""",
        ),
        Edit(
            FILE,
            old="""\
	(*dispatch->value.typedArray.atomics->store)(the, host, offset, the->stack, 0);
""",
            new="""\
	fxCheckAtomicsOffset(the, dispatch, index);
	(*dispatch->value.typedArray.atomics->store)(the, host, offset, the->stack, 0);
""",
        ),
        Edit(
            FILE,
            old="""\
	(*dispatch->value.typedArray.atomics->sub)(the, host, offset, the->stack, 0);
""",
            new="""\
	fxCheckAtomicsOffset(the, dispatch, index);
	(*dispatch->value.typedArray.atomics->sub)(the, host, offset, the->stack, 0);
""",
        ),
        Edit(
            FILE,
            old="""\
	(*dispatch->value.typedArray.atomics->xor)(the, host, offset, the->stack, 0);
""",
            new="""\
	fxCheckAtomicsOffset(the, dispatch, index);
	(*dispatch->value.typedArray.atomics->xor)(the, host, offset, the->stack, 0);
""",
        ),
        Edit(
            FILE,
            old="""\
	fxLinkSharedChunk(the);
	result = (*dispatch->value.typedArray.atomics->wait)""",
            new="""\
	fxCheckAtomicsOffset(the, dispatch, index);
	fxLinkSharedChunk(the);
	result = (*dispatch->value.typedArray.atomics->wait)""",
        ),
    ),
    programs=("safety/atomics-shrink",),
)
