"""A loadHook may return what `await` takes: a descriptor, a promise, a thenable.

Symptom: `loadHook returned no promise` for a hook that is not async, and a hook that
throws is told the same way.
Cause: the result had to be a native promise.
Effect: anything else resolves a new promise, as `Promise.resolve` would.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

MODULE = "xs/sources/xsModule.c"

REPAIR = Repair(
    name="c06_load_hook",
    reason="a loadHook had to return a native promise",
    edits=(
        Edit(
            MODULE,
            old="""\
                        if (!mxIsReference(the->stack))
                            mxTypeError("loadHook returned no object");
						promise = the->stack->value.reference;
						if (!mxIsPromise(promise))
							mxTypeError("loadHook returned no promise");
""",
            new="""\
						if (!mxIsReference(the->stack) || !mxIsPromise(the->stack->value.reference)) {
							txSlot* descriptor = the->stack;
							txSlot* resolveFunction;
							mxPush(mxPromisePrototype);
							promise = fxNewPromiseInstance(the);
							mxPromiseStatus(promise)->value.integer = mxPendingStatus;
							fxPushPromiseFunctions(the, promise);
							resolveFunction = the->stack + 1;
							/* THIS */
							mxPushUndefined();
							/* FUNCTION */
							mxPushSlot(resolveFunction);
							mxCall();
							/* ARGUMENTS */
							mxPushSlot(descriptor);
							mxRunCount(1);
							mxPushReference(promise);
							mxPullSlot(descriptor);
							the->stack = descriptor;
						}
						promise = the->stack->value.reference;
""",
        ),
    ),
    programs=("correctness/loader-error",),
)
