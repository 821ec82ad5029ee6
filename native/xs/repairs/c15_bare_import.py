"""`import 'x'` brings no names.

Symptom: a module with `import 'x'`, `import {} from 'x'` or `export {} from 'x'` exports
all names of x.
Cause: such an import was compiled to the same entry as `export * from 'x'`.
Effect: its entry has an empty list of names. In the `bindings` of a ModuleSource, and of
a virtual one, it is `{importFrom: 'x'}`: a linker must see the dependency.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

CODE = "xs/sources/xsCode.c"
MODULE = "xs/sources/xsModule.c"

REPAIR = Repair(
    name="c15_bare_import",
    reason="import 'x' exported all names of x",
    edits=(
        Edit(
            CODE,
            old="""\
				specifier = specifier->nextSpecifier;
""",
            new="""\
				specifier = specifier->nextSpecifier;
			}
			if (!node->symbol && node->importSpecifier && !node->firstExportSpecifier) {
				/* Engo: no name at all, which is an empty list and not a star. */
				fxCoderAddByte(coder, 1, XS_CODE_NULL);
				index++;
""",
        ),
        Edit(
            MODULE,
            old="""\
			mxPop();
				
			if (from > 1)
""",
            new="""\
			mxPop();
				
			mxPushSlot(item);
			mxGetID(fxID(the, "importFrom"));
			if (!mxIsUndefined(the->stack)) {
				fxToString(the, the->stack);
				mxPullSlot(temporary);
				if (from || import || export)
					mxSyntaxError("too many from");
				mxPushNull();
				mxPushSlot(temporary);
				mxPushNull();
				mxPushNull();
				mxPushInteger(4);
				fxPrepareTransfer(the);
				transfer = fxNextSlotProperty(the, transfer, the->stack, XS_NO_ID, XS_DONT_ENUM_FLAG);
				mxPop(); // transfer
				mxPop(); // temporary
				mxPop(); // item
				continue;
			}
			mxPop();

			if (from > 1)
""",
        ),
        Edit(
            MODULE,
            old="""\
		for (i = 3; i < c; i++)
			slot = fxNextSlotProperty(the, slot, argument--, XS_NO_ID, XS_DONT_ENUM_FLAG);
""",
            new="""\
		for (i = 3; i < c; i++, argument--) {
			if (argument->kind != XS_NULL_KIND)
				slot = fxNextSlotProperty(the, slot, argument, XS_NO_ID, XS_DONT_ENUM_FLAG);
		}
""",
        ),
        Edit(
            MODULE,
            old="""\
		else if (aliases->kind == XS_REFERENCE_KIND) {
			txSlot* alias = aliases->value.reference->next;
""",
            new="""\
		else if (aliases->kind == XS_REFERENCE_KIND) {
			txSlot* alias = aliases->value.reference->next;
			if (!alias && (from->kind != XS_NULL_KIND)) {
				txSlot* slot = fxNewObject(the);
				mxPushString(from->value.string);
				slot = fxNextSlotProperty(the, slot, the->stack, fxID(the, "importFrom"), XS_NO_FLAG);
				mxPop();
				resultItem = resultItem->next = fxNewSlot(the);
				mxPullSlot(resultItem);
				resultArray->value.array.length++;
			}
""",
        ),
    ),
    programs=(
        "correctness/bare-import/main",
        "correctness/bare-import-bindings",
    ),
)
