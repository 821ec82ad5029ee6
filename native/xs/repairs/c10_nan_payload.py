"""What is not a number is written to memory in one form.

Symptom: a NaN read from bytes keeps its 51 free bits, and writing it to another array
shows them: two compartments that share a frozen value have a channel, and equal
programs differ between processors.
Cause: the setters of float arrays and of DataView copied the bits.
Effect: every NaN that is written is the one that C calls NAN.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

DATAVIEW = "xs/sources/xsDataView.c"

REPAIR = Repair(
    name="c10_nan_payload",
    reason="NaN payloads passed between arrays and differed between machines",
    edits=(
        Edit(
            DATAVIEW,
            old="""\
	float value = (float)slot->value.number;
""",
            new="""\
	float value = c_isnan(slot->value.number) ? (float)C_NAN : (float)slot->value.number;
""",
        ),
        Edit(
            DATAVIEW,
            old="""\
	double value = slot->value.number;
""",
            new="""\
	double value = c_isnan(slot->value.number) ? C_NAN : slot->value.number;
""",
        ),
    ),
    programs=("correctness/nan-payload",),
)
