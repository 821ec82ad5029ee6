"""The interpreter's loop is free of setjmp, and may go without computed goto.

Symptom: a counting loop takes 1.4 times and a throw that is caught 1.3 times what it
could; in WebAssembly `fib` is 31 times and a counting loop 40 times slower than
natively.
Cause: a function that calls setjmp cannot keep its variables in registers, and with
labels as values its control flow cannot be expressed in WebAssembly at all.
Effect: none without the defines (native/xs/flavours.py: mxHoistSetjmp everywhere,
mxNoComputedGoto in WebAssembly). With mxHoistSetjmp the loop is a function of its own
that returns when it meets the first `try`; it is then called again under the one
setjmp, whose buffer each `try` copies: all jumps of one call of the loop return into
the same C frame, which lives until the call ends. With mxNoComputedGoto the loop is
XS's switch.

Meter. A loop by labels counts an entry through its head twice, a switch once. The
corrections below make both cost what the unrepaired loop by labels costs.
"""

from __future__ import annotations

from native.xs.repairs.model import Cost, Edit, Repair

FILE = "xs/sources/xsRun.c"
LABELS = "#if defined(__GNUC__) && defined(__OPTIMIZE__)\n"
LABELS_UNLESS = (
    "#if defined(__GNUC__) && defined(__OPTIMIZE__) && !defined(mxNoComputedGoto)\n"
)

HEAD_OLD = """\
void fxRunID(txMachine* the, txSlot* generator, txInteger count)
{
	register txSlot* stack = the->stack;
"""
HEAD_NEW = """\
#ifdef mxHoistSetjmp
#ifdef mxNoComputedGoto
	#define mxHeadMeter 1
#else
	#define mxHeadMeter 2
#endif
enum { mxRunEnter, mxRunAgain, mxRunCaught };

/* 1: a try was met and there is no buffer yet */
static txInteger fxRunLoop(txMachine* the, txSlot* generator, txInteger count, txInteger how, txJump* yieldJump, c_jmp_buf* buffer) __attribute__((noinline));

static void __attribute__((noinline)) fxRunGuarded(txMachine* the, txSlot* generator, txInteger count, txInteger how, txJump* yieldJump)
{
	c_jmp_buf buffer;
	if (c_setjmp(buffer) == 0)
		fxRunLoop(the, generator, count, how, yieldJump, &buffer);
	else
		fxRunLoop(the, generator, count, mxRunCaught, yieldJump, &buffer);
}

void fxRunID(txMachine* the, txSlot* generator, txInteger count)
{
	txJump* yieldJump = the->firstJump;
	if (generator)
		fxRunGuarded(the, generator, count, mxRunEnter, yieldJump);
	else if (fxRunLoop(the, generator, count, mxRunEnter, yieldJump, C_NULL))
		fxRunGuarded(the, generator, count, mxRunAgain, yieldJump);
}

static txInteger fxRunLoop(txMachine* the, txSlot* generator, txInteger count, txInteger how, txJump* yieldJump, c_jmp_buf* buffer)
#else
void fxRunID(txMachine* the, txSlot* generator, txInteger count)
#endif
{
	register txSlot* stack = the->stack;
"""

ENTRY_OLD = """\
	txJump* yieldJump = the->firstJump;

	mxCheckCStack();
	if (generator) {
		slot = mxStack;
"""
ENTRY_NEW = """\
#ifdef mxHoistSetjmp
	if (how == mxRunAgain) {
		mxRestoreState;
		byte = *((txU1*)mxCode);
		goto XS_CODE_RESUME;
	}
	if (how == mxRunCaught) {
		jump = the->firstJump;
		the->firstJump = jump->nextJump;
		mxStack = jump->stack;
		mxScope = jump->scope;
		mxFrame = jump->frame;
		mxEnvironment = mxFrameToEnvironment(mxFrame);
		if (jump->flag == 1)
			mxEnvironment->value.reference = jump->environment;
		mxCode = jump->code;
		offset = jump->flag;
		c_free(jump);
		mxFirstCode();
	#ifdef mxMetering
		the->meterIndex += (offset == 1) ? 1 - mxHeadMeter : 2 - mxHeadMeter;
	#endif
		goto XS_CODE_RESUME;
	}
#else
	txJump* yieldJump = the->firstJump;
#endif

	mxCheckCStack();
	if (generator) {
#if defined(mxHoistSetjmp) && defined(mxMetering)
		the->meterIndex += 2 - mxHeadMeter;
#endif
		slot = mxStack;
"""

RESUMED_OLD = """\
				jump->flag = 1;
                the->firstJump = jump;
				if (c_setjmp(jump->buffer) == 1) {
"""
RESUMED_NEW = """\
#ifdef mxHoistSetjmp
				jump->flag = 2; /* its environment is not known */
                the->firstJump = jump;
				c_memcpy(&jump->buffer, buffer, sizeof(c_jmp_buf));
#else
				jump->flag = 1;
                the->firstJump = jump;
				if (c_setjmp(jump->buffer) == 1) {
"""
RESUMED_END_OLD = """\
					c_free(jump);
					goto XS_CODE_JUMP;
				}
"""
LOOP_OLD = """\
		offset = count;
		goto XS_CODE_RUN_ALL;
	}
	for (;;) {
"""
LOOP_NEW = """\
		offset = count;
		goto XS_CODE_RUN_ALL;
	}
#ifdef mxHoistSetjmp
XS_CODE_RESUME:
#endif
	for (;;) {
"""
JUMP_OLD = """\
XS_CODE_JUMP:
		mxFirstCode();
"""
JUMP_NEW = """\
#ifndef mxHoistSetjmp
XS_CODE_JUMP:
#endif
		mxFirstCode();
"""
CATCH_OLD = """\
		mxCase(XS_CODE_CATCH_4)
			offset = mxRunS4(1);
			mxNextCode(5);
			goto XS_CODE_CATCH;
		mxCase(XS_CODE_CATCH_2)
			offset = mxRunS2(1);
			mxNextCode(3);
			goto XS_CODE_CATCH;
		mxCase(XS_CODE_CATCH_1)
			offset = mxRunS1(1);
			mxNextCode(2);
"""
GUARD = """\
#ifdef mxHoistSetjmp
			if (!buffer)
				goto XS_CODE_CATCH_FIRST;
#endif
"""
CATCH_NEW = CATCH_OLD
for _size in (4, 2, 1):
    _case = f"\t\tmxCase(XS_CODE_CATCH_{_size})\n"
    CATCH_NEW = CATCH_NEW.replace(_case, _case + GUARD)

SET_OLD = """\
				jump->flag = 1;
                the->firstJump = jump;
				if (c_setjmp(jump->buffer) != 0) {
"""
SET_NEW = """\
				jump->flag = 1;
                the->firstJump = jump;
#ifdef mxHoistSetjmp
				c_memcpy(&jump->buffer, buffer, sizeof(c_jmp_buf));
#else
				if (c_setjmp(jump->buffer) != 0) {
"""
SET_END_OLD = """\
					c_free(jump);
					mxFirstCode();
				}
			}
			else {
				mxSaveState;
				fxAbort(the, XS_NOT_ENOUGH_MEMORY_EXIT);
			}
			mxBreak;
"""
SET_END_NEW = """\
					c_free(jump);
					mxFirstCode();
				}
#endif
			}
			else {
				mxSaveState;
				fxAbort(the, XS_NOT_ENOUGH_MEMORY_EXIT);
			}
			mxBreak;
#ifdef mxHoistSetjmp
		XS_CODE_CATCH_FIRST:
		#ifdef mxMetering
			the->meterIndex -= mxHeadMeter; /* the loop's head counts it again */
		#endif
			mxSaveState;
			return 1;
#endif
"""
RETURN_1_OLD = """\
				byte = XS_CODE_END;
				mxSaveState;
				return;"""
RETURN_2_OLD = """\
				if (gxDoTrace) fxTraceReturn(the);
#endif
			mxSaveState;
			return;
"""

REPAIR = Repair(
    name="v12_hoisted_setjmp",
    reason="the loop kept its variables in memory; in WebAssembly 30 times slower",
    edits=(
        Edit(FILE, LABELS, LABELS_UNLESS, count=2),
        Edit(FILE, HEAD_OLD, HEAD_NEW),
        Edit(FILE, ENTRY_OLD, ENTRY_NEW),
        Edit(FILE, RESUMED_OLD, RESUMED_NEW),
        Edit(FILE, RESUMED_END_OLD, RESUMED_END_OLD + "#endif\n"),
        Edit(FILE, JUMP_OLD, JUMP_NEW),
        Edit(FILE, LOOP_OLD, LOOP_NEW),
        Edit(FILE, CATCH_OLD, CATCH_NEW),
        Edit(FILE, SET_OLD, SET_NEW),
        Edit(FILE, SET_END_OLD, SET_END_NEW),
        Edit(FILE, RETURN_1_OLD, RETURN_1_OLD.replace("return;", "mxRunReturn;")),
        Edit(FILE, RETURN_2_OLD, RETURN_2_OLD.replace("return;", "mxRunReturn;")),
        Edit(
            FILE,
            "#define mxCode code\n",
            """\
#ifdef mxHoistSetjmp
	#define mxRunReturn return 0
#else
	#define mxRunReturn return
#endif

#define mxCode code
""",
        ),
    ),
    cost=Cost("seconds", 1.15),
    programs=(
        "speed/counting_loop",
        "speed/catch_nested",
        "speed/catch_in_generators",
        "speed/catch_in_async",
    ),
)
