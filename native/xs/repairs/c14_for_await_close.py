"""`for await` and `yield*` over a plain iterator close it when a value is rejected.

Symptom: a generator's `finally` never runs when one of its promises is rejected;
`throw()` into a delegate without `throw` passes the error on and leaves it open.
Cause: only the loop itself closed the iterator, and it believes that the iterator is
done when the promise of a step is rejected.
Effect: the step's rejection, a value that cannot be resolved, and a missing `throw`
close the iterator, the last with a TypeError, as specified in 2024.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

GENERATOR = "xs/sources/xsGenerator.c"

REPAIR = Repair(
    name="c14_for_await_close",
    reason="a rejected value left the iterator below for await open",
    edits=(
        Edit(
            GENERATOR,
            old="""\
	txSlot* doneFlag = doneFunction->next;
	mxPushSlot(mxArgv(0));
""",
            new="""\
	txSlot* doneFlag = doneFunction->next;
	mxPushSlot(mxArgv(0));
	if (slot->value.home.module) {
		/* Engo: the marked function, called when the value was rejected. */
		fxIteratorReturn(the, iterator);
		mxPull(mxException);
		fxJump(the);
	}
""",
        ),
        Edit(
            GENERATOR,
            old="""\
					mxPushUndefined();
					mxPushSlot(rejectFunction);
					mxCall();
					if (mxArgc == 0)
						mxPushUndefined();
					else
						mxPushSlot(mxArgv(0));
					mxRunCount(1);
""",
            new="""\
					mxPushSlot(iterator);
					mxDub();
					mxGetID(mxID(_return));
					if (!mxIsUndefined(the->stack) && !mxIsNull(the->stack)) {
						mxCall();
						mxRunCount(0);
						if (!mxIsReference(the->stack))
							mxTypeError("no object");
					}
					mxTypeError("iterator.throw is no function");
""",
        ),
        Edit(
            GENERATOR,
            old="""\
				fx_Promise_resolveAux(the);
				mxPop();
				mxPop();
				fxPromiseThen(the, the->stack->value.reference, doneFunction, C_NULL, resolveFunction, rejectFunction);
""",
            new="""\
				if (doneFlag->value.boolean || (status == XS_RETURN_STATUS)) {
					fx_Promise_resolveAux(the);
					mxPop();
					mxPop();
					fxPromiseThen(the, the->stack->value.reference, doneFunction, C_NULL, resolveFunction, rejectFunction);
				}
				else {
					txSlot* function;
					txSlot* promise;
					mxTry(the) {
						fx_Promise_resolveAux(the);
					}
					mxCatch(the) {
						fxIteratorReturn(the, iterator);
						fxJump(the);
					}
					mxPop();
					mxPop();
					promise = the->stack->value.reference;
					/* Engo: the same function, marked by its module: it closes the iterator. */
					function = fxNewHostFunction(the, fxAsyncFromSyncIteratorDone, 1, XS_NO_ID, mxAsyncFromSyncIteratorDoneProfileID);
					mxFunctionInstanceHome(function)->value.home.object = instance;
					mxFunctionInstanceHome(function)->value.home.module = instance;
					fxPromiseThen(the, promise, doneFunction, the->stack, resolveFunction, rejectFunction);
				}
""",
        ),
    ),
    programs=("correctness/for-await-sync-close",),
)
