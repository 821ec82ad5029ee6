"""Quantifiers of regular expressions count, backtrack and capture as specified.

Symptom: `/(?:a*?)*?b/.exec('aab')` never ends and takes all memory, outside of the
heap's limit; `/(?:(a)|b)*/.exec('ab')[1]` is 'a'; nested counts match wrongly. Of
random patterns one in twenty differed from V8.
Cause: a state to go back to kept the captures but not the counters; where an
iteration began was noted at the first one only; an empty iteration went on with what
follows instead of failing; a lazy loop cleared the captures of the way out instead
of the way in; the last capture inside was not cleared.
Effect: a state holds captures and counters, and none of the above. Costs nothing.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

RE = "xs/sources/xsre.c"

REPAIR = Repair(
    name="c07_regexp_quantifiers",
    reason="backtracking did not restore the counters of quantifiers",
    edits=(
        Edit(
            RE,
            old="""\
	*buffer++ = self->captureIndex + self->captureCount;
""",
            new="""\
	*buffer++ = self->captureIndex + self->captureCount + 1;
""",
        ),
        Edit(
            RE,
            old="""\
					+ quantifierCount * sizeof(txQuantifierData);
""",
            new="""\
					+ quantifierCount * sizeof(txQuantifierData) + 8;
""",
        ),
        Edit(
            RE,
            old="""\
					+ parser->quantifierIndex * sizeof(txQuantifierData);
""",
            new="""\
					+ parser->quantifierIndex * sizeof(txQuantifierData) + 8;
""",
        ),
        Edit(
            RE,
            old="""\
txStateData* fxPushState(txMachine* the, txStateData* firstState, txInteger step, txInteger offset, txCaptureData* captures, txInteger captureCount)
{
	txInteger size = sizeof(txStateData) + ((captureCount - 1) * sizeof(txCaptureData));
""",
            new="""\
txStateData* fxPushState(txMachine* the, txStateData* firstState, txInteger step, txInteger offset, txCaptureData* captures, txInteger stateSize)
{
	txInteger size = sizeof(txStateData) + stateSize;
""",
        ),
        Edit(
            RE,
            old="""\
	c_memcpy(state->captures, captures, captureCount * sizeof(txCaptureData));
""",
            new="""\
	c_memcpy(state->captures, captures, stateSize);
""",
        ),
        Edit(
            RE,
            old="""\
	txQuantifierData* quantifier;
""",
            new="""\
	txQuantifierData* quantifier;
	/* Engo: what backtracking restores, captures and counters, in whole words. */
	txInteger stateSize = (txInteger)(((txByte*)(quantifiers + code[2 + captureCount + 1]) - (txByte*)captures + 7) & ~7);
""",
        ),
        Edit(
            RE,
            old="""\
						assertion->firstState = firstState;
						sequel = *pointer;
						firstState = fxPushState(the, firstState, sequel, offset, captures, captureCount);
						if (!firstState)
""",
            new="""\
						assertion->firstState = firstState;
						sequel = *pointer;
						firstState = fxPushState(the, firstState, sequel, offset, captures, stateSize);
						if (!firstState)
""",
        ),
        Edit(
            RE,
            old="""\
						step = *pointer++;
						sequel = *pointer;
						firstState = fxPushState(the, firstState, sequel, offset, captures, captureCount);
						if (!firstState)
""",
            new="""\
						step = *pointer++;
						sequel = *pointer;
						firstState = fxPushState(the, firstState, sequel, offset, captures, stateSize);
						if (!firstState)
""",
        ),
        Edit(
            RE,
            old="""\
								firstState = fxPushState(the, firstState, sequel, offset, captures, captureCount);
""",
            new="""\
								quantifier->offset = offset;
								firstState = fxPushState(the, firstState, sequel, offset, captures, stateSize);
""",
        ),
        Edit(
            RE,
            old="""\
							firstState = fxPushState(the, firstState, step, offset, captures, captureCount);
""",
            new="""\
							quantifier->offset = offset;
							firstState = fxPushState(the, firstState, step, offset, captures, stateSize);
""",
        ),
        Edit(
            RE,
            old="""\
							if (from < to)
								c_memset(captures + from, -1, (to - from) * sizeof(txCaptureData));
							step = sequel;
""",
            new="""\
							if (from < to)
								c_memset(firstState->captures + from, -1, (to - from) * sizeof(txCaptureData));
							step = sequel;
""",
        ),
        Edit(
            RE,
            old="""\
						if ((quantifier->min == 0) && (quantifier->offset == offset)) {
							step = sequel;
							mxBreak;
						}
""",
            new="""\
						if ((quantifier->min == 0) && (quantifier->offset == offset))
							goto mxPopState;
""",
        ),
        Edit(
            RE,
            old="""\
						c_memcpy(captures, firstState->captures, captureCount * sizeof(txCaptureData));
""",
            new="""\
						c_memcpy(captures, firstState->captures, stateSize);
""",
        ),
    ),
    programs=(
        "correctness/regexp-quantifiers",
        "correctness/regexp-fuzz",
    ),
)
