"""`super()` in an arrow takes no number for an object.

Symptom: `class A extends B { constructor() { const f = () => super();
A.prototype.constructor = 1.5; f(); } }` ends `new A` by signal 11: the number is taken
for an address, and what lies there for an object. Without any `constructor` the address
is 0.
Cause: an arrow, or code given to `eval`, finds the parent by the `constructor` of its
home object, and did not look what that is.
Effect: TypeError, unless it is an object whose prototype is a constructor.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

REPAIR = Repair(
    name="s22_super_constructor",
    reason="super() in an arrow took any value of `constructor` for an address",
    edits=(
        Edit(
            "xs/sources/xsRun.c",
            old="""\
				variable = mxFunctionInstanceHome(variable);
				variable = mxBehaviorGetProperty(the, variable->value.home.object, mxID(_constructor), 0, XS_ANY);
				variable = fxGetPrototype(the, variable->value.reference);
""",
            new="""\
				variable = mxFunctionInstanceHome(variable)->value.home.object;
				slot = (variable) ? mxBehaviorGetProperty(the, variable, mxID(_constructor), 0, XS_ANY) : C_NULL;
				variable = (slot && mxIsReference(slot)) ? fxGetPrototype(the, slot->value.reference) : C_NULL;
""",
        ),
    ),
    programs=("safety/super-constructor",),
)
