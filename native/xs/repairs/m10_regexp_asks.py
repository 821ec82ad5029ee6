"""Matching a pattern looks at the host's interrupt at every step back.

Symptom: `/a*b/.test('a'.repeat(5e6))` is interrupted a third of a second late; a
pattern with 20,000 quantifiers copies 300 KB at each step. And where there is no
memory for the way back, the answer is that nothing matches.
Cause: the matcher looks when a step lies before the last one; giving a greedy loop's
rounds back repeats one step. Nothing looks while the ways back are freed. Failing to
keep one returns as a mismatch does.
Effect: a step that repeats looks, too, and freeing looks every 65,536th time, as does
keeping a way back of more than 4 KB each time. No memory ends the machine. What is
counted stays as it was.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

FILE = "xs/sources/xsre.c"

REPAIR = Repair(
    name="m10_regexp_asks",
    reason="going back in a long match was not interrupted, nor told when it failed",
    edits=(
        Edit(
            FILE,
            old="\t\t\t\t\tif (step < former) {",
            new="\t\t\t\t\tif (step <= former) {",
        ),
        Edit(
            FILE,
            old="""\
	txStateData* state = fromState;
	while (state != toState) {
		fromState = state->nextState;
""",
            new="""\
	txStateData* state = fromState;
	txU4 rounds = 0;
	while (state != toState) {
		fromState = state->nextState;
		if (the)
			mxMeterAskAtTimes(rounds);
""",
        ),
        Edit(
            FILE,
            old="""\
	txStateData* state = C_NULL;
	if (the && (""",
            new="""\
	txStateData* state = C_NULL;
	if (the && (stateSize > 4096))
		mxMeterAsk();
	if (the && (""",
        ),
        Edit(
            FILE,
            old="""\
			fxPopStates(the, firstState, C_NULL);
			return C_NULL;
""",
            new="""\
			fxPopStates(the, firstState, C_NULL);
			if (the)
				fxAbort(the, XS_NOT_ENOUGH_MEMORY_EXIT);
			return C_NULL;
""",
        ),
    ),
    programs=("safety/stop-regexp-back",),
    unshown="only how soon it ends differs, and what happens without memory",
)
