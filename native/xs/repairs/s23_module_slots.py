"""A namespace that is a key, or is given private names, stays a namespace.

Symptom: a module that puts its own namespace into a WeakMap, or gives it a private
field, while it is executed, ends the machine by signal 11 when it is done.
Cause: what weak maps and private names keep of an object lies behind its internal
slots; the functions of those who wait for a module were taken from the place right
behind them. When it is done all from some place on was cut off.
Effect: they are found by what they are; what belongs to weak maps and private names
is kept.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

FILE = "xs/sources/xsModule.c"

REPAIR = Repair(
    name="s23_module_slots",
    reason="a module's namespace as a key of a WeakMap corrupted the module",
    edits=(
        Edit(
            FILE,
            old="""\
txSlot* fxGetModule(txMachine* the, txSlot* realm, txID moduleID)
{
""",
            new="""\
/* Engo: the functions of those who wait; before them lies what weak maps and
   private names keep. */
static txSlot* fxModuleWaiting(txSlot* module)
{
	txSlot* slot = mxModuleInstanceLoader(module)->next;
	while (slot && (slot->flag & XS_INTERNAL_FLAG))
		slot = slot->next;
	return slot;
}

static txBoolean fxIsModuleOpen(txSlot* module)
{
	txSlot* slot = mxModuleInstanceMeta(module)->next;
	return slot && (slot->kind != XS_WEAK_ENTRY_KIND) && (slot->kind != XS_PRIVATE_KIND);
}

static void fxCloseModule(txSlot* module)
{
	txSlot** address = &(mxModuleInstanceMeta(module)->next);
	if (fxIsModuleOpen(module)) {
		*address = mxModuleInstanceLoader(module)->next;
		while (*address && ((*address)->flag & XS_INTERNAL_FLAG))
			address = &((*address)->next);
		*address = C_NULL;
	}
}

txSlot* fxGetModule(txMachine* the, txSlot* realm, txID moduleID)
{
""",
        ),
        Edit(
            FILE,
            old="XS_MODULE_STATUS_LINKING) && mxModuleFulfill(module)) {",
            new="XS_MODULE_STATUS_LINKING) && fxModuleWaiting(module->value.reference)) {",
        ),
        Edit(
            FILE,
            old="txSlot* srcSlot = mxModuleFulfill(module);",
            new="txSlot* srcSlot = fxModuleWaiting(module->value.reference);",
        ),
        Edit(
            FILE,
            old="	if (mxModuleInstanceMeta(module)->next) {\n",
            new="	if (fxIsModuleOpen(module)) {\n",
            count=2,
        ),
        Edit(
            FILE,
            old="		txSlot* slot = mxModuleInstanceFulfill(module);\n",
            new="		txSlot* slot = fxModuleWaiting(module);\n",
            count=2,
        ),
        Edit(
            FILE,
            old="		mxModuleInstanceMeta(module)->next = C_NULL;\n",
            new="		fxCloseModule(module);\n",
            count=2,
        ),
        Edit(
            FILE,
            old="					mxModuleMeta(module)->next = C_NULL;\n",
            new="					fxCloseModule(module->value.reference);\n",
            count=2,
        ),
    ),
    programs=("safety/module-slots",),
)
