"""A graph of modules is linked by itself, not with all loads of the machine.

Symptom: a loadHook that never settles blocks every other compartment's `import()`
for ever; a link error in one compartment rejects the pending imports of all; a
loader's error three modules down is told as `import x not found`.
Cause: all modules that are being loaded lie in one queue. It was linked when no
module of it was still loading, and failed as a whole.
Effect: a module imported by somebody is linked as soon as everything below it is
there, and only what is below it fails with it; a failed load reaches its importers
as it was thrown. The queue is marked while its modules execute, so that an
`import()` in one of them runs no sibling early.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

MODULE = "xs/sources/xsModule.c"

REPAIR = Repair(
    name="c05_module_graphs",
    reason="one compartment's pending or failing import held up those of all others",
    edits=(
        Edit(
            MODULE,
            old="""\
static txBoolean fxQueueModule(txMachine* the, txSlot* queue, txSlot* module);
""",
            new="""\
static txBoolean fxQueueModule(txMachine* the, txSlot* queue, txSlot* module);
static void fxLinkGraphs(txMachine* the, txSlot* queue);
""",
        ),
        Edit(
            MODULE,
            old="""\
void fxExecuteModules(txMachine* the, txSlot* queue)
{
	txBoolean done = 1;
	txSlot* module = queue->next;
""",
            new="""\
/* Engo: one queue holds the graphs of all compartments; it carries this flag while
   its modules execute, so that import() in one of them runs no sibling early. */
#define mxQueueExecutingFlag XS_CAN_CALL_FLAG

void fxExecuteModules(txMachine* the, txSlot* queue)
{
	txSlot** address;
	txSlot* module = queue->next;
	if (queue->flag & mxQueueExecutingFlag)
		return;
	queue->flag |= mxQueueExecutingFlag;
""",
        ),
        Edit(
            MODULE,
            old="""\
							mxPop();
							done = 0;
""",
            new="""\
							mxPop();
""",
        ),
        Edit(
            MODULE,
            old="""\
			else
				done = 0;
		}
		else if (status < XS_MODULE_STATUS_EXECUTED)
			done = 0;
		module = module->next;
	}
	if (done) {
		queue->next = C_NULL;
		mxReportModuleQueue("DONE");
	}
""",
            new="""\
		}
		module = module->next;
	}
	address = &(queue->next);
	while ((module = *address)) {
		if (mxModuleStatus(module) >= XS_MODULE_STATUS_EXECUTED)
			*address = module->next;
		else
			address = &(module->next);
	}
	queue->flag &= ~mxQueueExecutingFlag;
	mxReportModuleQueue("DONE");
""",
        ),
        Edit(
            MODULE,
            old="""\
}

void fxLoadModules(txMachine* the, txSlot* queue)
""",
            new="""\
}

/* Engo: append to a list what an instance needs that is not linked yet, itself
   first. False when a part of it is still loading. */
static txBoolean fxCollectModules(txMachine* the, txSlot** last, txSlot* instance)
{
	txSlot* slot;
	txSlot* transfer;
	txID status = mxModuleInstanceStatus(instance);
	if (status < XS_MODULE_STATUS_LINKING)
		return 0;
	if ((status > XS_MODULE_STATUS_LINKING) || (instance->flag & XS_LEVEL_FLAG))
		return 1;
	fxCheckCStack(the);
	slot = fxNewSlot(the);
	slot->ID = mxModuleInstanceInternal(instance)->value.module.id;
	slot->kind = XS_REFERENCE_KIND;
	slot->value.reference = instance;
	instance->flag |= XS_LEVEL_FLAG;
	*last = (*last)->next = slot;
	transfer = mxModuleInstanceTransfers(instance)->value.reference->next;
	while (transfer) {
		txSlot* from = mxTransferFrom(transfer);
		if ((from->kind == XS_REFERENCE_KIND) && !fxCollectModules(the, last, from->value.reference))
			return 0;
		transfer = transfer->next;
	}
	return 1;
}

/* Engo: the first module to be linked whose import has failed fails too. */
static txBoolean fxFailImporter(txMachine* the, txSlot* queue)
{
	txSlot* module;
	for (module = queue->next; module; module = module->next) {
		txSlot* transfer;
		if (mxModuleStatus(module) != XS_MODULE_STATUS_LINKING)
			continue;
		transfer = mxModuleTransfers(module)->value.reference->next;
		while (transfer) {
			txSlot* from = mxTransferFrom(transfer);
			if ((from->kind == XS_REFERENCE_KIND) && (mxModuleStatus(from) == XS_MODULE_STATUS_ERROR)) {
				txSlot* instance = module->value.reference;
				mxPushSlot(mxModuleMeta(from));
				fxCompleteModule(the, instance, the->stack);
				fxRunImportRejected(the, instance, instance);
				mxPop();
				return 1;
			}
			transfer = transfer->next;
		}
	}
	return 0;
}

/* Engo: link the graph below an imported module when it is complete. Only its own
   modules fail with it. */
static txBoolean fxLinkGraph(txMachine* the, txSlot* queue, txSlot* instance)
{
	txSlot* list = fxNewInstance(the);
	txSlot* last = list;
	txBoolean complete = fxCollectModules(the, &last, instance);
	txSlot** address;
	txSlot* module;
	if (complete) {
		address = &(queue->next);
		while ((module = *address)) {
			if (module->value.reference->flag & XS_LEVEL_FLAG)
				*address = module->next;
			else
				address = &(module->next);
		}
	}
	for (module = list->next; module; module = module->next)
		module->value.reference->flag &= ~XS_LEVEL_FLAG;
	if (complete) {
		mxTry(the) {
			fxLinkModules(the, list);
		}
		mxCatch(the) {
			mxPush(mxException);
			mxException = mxUndefined;
			for (module = list->next; module; module = module->next) {
				if (mxModuleStatus(module) == XS_MODULE_STATUS_LINKING) {
					fxCompleteModule(the, module->value.reference, the->stack);
					fxRunImportRejected(the, module->value.reference, module->value.reference);
				}
			}
			mxPop();
		}
		address = &(queue->next);
		while ((module = *address) && (mxModuleStatus(module) >= XS_MODULE_STATUS_LINKED))
			address = &(module->next);
		last = list;
		while (last->next)
			last = last->next;
		last->next = module;
		*address = list->next;
		list->next = C_NULL;
	}
	mxPop();
	return complete;
}

void fxLinkGraphs(txMachine* the, txSlot* queue)
{
	txSlot* module;
again:
	while (fxFailImporter(the, queue))
		;
	for (module = queue->next; module; module = module->next) {
		if ((mxModuleStatus(module) == XS_MODULE_STATUS_LINKING) && mxModuleFulfill(module)) {
			if (fxLinkGraph(the, queue, module->value.reference))
				goto again;
		}
	}
}

void fxLoadModules(txMachine* the, txSlot* queue)
""",
        ),
        Edit(
            MODULE,
            old="""\
	txSlot* module = queue->next;
	txBoolean done = 1;
""",
            new="""\
	txSlot* module = queue->next;
""",
        ),
        Edit(
            MODULE,
            old="""\
					module = queue;
					done = 0;
""",
            new="""\
					module = queue;
""",
        ),
        Edit(
            MODULE,
            old="""\
						done = 1;
""",
            new="""\
""",
        ),
        Edit(
            MODULE,
            old="""\
						txSlot* rejectLoadFunction;
						done = 0;
""",
            new="""\
						txSlot* rejectLoadFunction;
""",
        ),
        Edit(
            MODULE,
            old="""\
		else if (mxModuleStatus(module) == XS_MODULE_STATUS_LOADING) {
			done = 0;
		}
""",
            new="""\
""",
        ),
        Edit(
            MODULE,
            old="""\
				module = queue;
				done = 1;
""",
            new="""\
				module = queue;
""",
        ),
        Edit(
            MODULE,
            old="""\
	if (done) {
		mxTry(the) {
			fxLinkModules(the, queue);
		}
		mxCatch(the) {
			mxPush(mxException);
			mxException = mxUndefined;
			module = queue->next;
			while (module) {
				if (mxModuleStatus(module) == XS_MODULE_STATUS_LINKING) {
					fxCompleteModule(the, module->value.reference, the->stack);
					fxRunImportRejected(the, module->value.reference, module->value.reference);
				}
				module = module->next;
			}
			mxPop();
		}
		fxExecuteModules(the, queue);
	}
""",
            new="""\
	fxLinkGraphs(the, queue);
	fxExecuteModules(the, queue);
""",
        ),
        Edit(
            MODULE,
            old="""\
					if (fxQueueModule(the, queue, module))
""",
            new="""\
					if (fxQueueModule(the, queue, module) || (status == XS_MODULE_STATUS_LINKING))
""",
        ),
    ),
    programs=(
        "correctness/import-isolation",
        "correctness/import-graphs",
    ),
)
