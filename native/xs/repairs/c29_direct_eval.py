"""`eval("...")` in a compartment is direct: it sees the locals and is as strict.

Symptom: it is an indirect one, since each compartment has an eval of its own.
Cause: only the start compartment's was known as eval.
Effect: the one of the compartment that the caller is of is direct. Called from another
compartment it stays indirect.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

RUN = "xs/sources/xsRun.c"

REPAIR = Repair(
    name="c29_direct_eval",
    reason="eval in a compartment saw nothing of its caller",
    edits=(
        Edit(
            RUN,
            old="""\
static void fxRunBase(txMachine* the);
""",
            new="""\
static void fxRunBase(txMachine* the);
static txBoolean fxIsDirectEval(txMachine* the, txSlot* eval, txSlot* caller);
""",
        ),
        Edit(
            RUN,
            old="""\
		mxCase(XS_CODE_EVAL)
			offset = mxStack->value.integer;
			slot = mxStack + 1 + offset + 4;
			if (slot->value.reference == mxEvalFunction.value.reference) {
				mxSaveState;
				gxDefaults.runEval(the);
""",
            new="""\
		mxCase(XS_CODE_EVAL)
			offset = mxStack->value.integer;
			slot = mxStack + 1 + offset + 4;
			if (fxIsDirectEval(the, slot, mxFrameFunction)) {
				mxSaveState;
				gxDefaults.runEval(the);
""",
        ),
        Edit(
            RUN,
            old="""\
		mxCase(XS_CODE_EVAL_TAIL)
			offset = mxStack->value.integer;
			slot = mxStack + 1 + offset + 4;
			if (slot->value.reference == mxEvalFunction.value.reference) {
				mxSaveState;
				gxDefaults.runEval(the);
""",
            new="""\
		mxCase(XS_CODE_EVAL_TAIL)
			offset = mxStack->value.integer;
			slot = mxStack + 1 + offset + 4;
			if (fxIsDirectEval(the, slot, mxFrameFunction)) {
				mxSaveState;
				gxDefaults.runEval(the);
""",
        ),
        Edit(
            RUN,
            old="""\
			address++;
		}
	}
}
""",
            new="""\
			address++;
		}
	}
}

/* Engo: is that the eval of the compartment that the caller is of? */
txBoolean fxIsDirectEval(txMachine* the, txSlot* eval, txSlot* caller)
{
	txSlot* callback;
	txSlot* module;
	txSlot* realm;
	if (eval->kind != XS_REFERENCE_KIND)
		return 0;
	if (eval->value.reference == mxEvalFunction.value.reference)
		return 1;
	callback = eval->value.reference->next;
	if (!callback || ((callback->kind != XS_CALLBACK_KIND) && (callback->kind != XS_CALLBACK_X_KIND)) || (callback->value.callback.address != fx_eval))
		return 0;
	module = mxFunctionInstanceHome(eval->value.reference)->value.home.module;
	realm = module ? mxModuleInstanceInternal(module)->value.module.realm : C_NULL;
	module = mxFunctionInstanceHome(caller->value.reference)->value.home.module;
	return realm && module && (realm == mxModuleInstanceInternal(module)->value.module.realm);
}
""",
        ),
    ),
    programs=("correctness/direct-eval",),
)
