"""`((x))++` and `((x)) = 1` are what `x++` and `x = 1` are.

Symptom: a SyntaxError; minifiers and code generators write such parentheses.
Cause: one pair of parentheses was looked through, not two.
Effect: as many as there are.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

SYNTAXICAL = "xs/sources/xsSyntaxical.c"

REPAIR = Repair(
    name="c13_nested_parentheses",
    reason="a reference in two pairs of parentheses was no reference",
    edits=(
        Edit(
            SYNTAXICAL,
            old="""\
	txToken aToken = (node && node->description) ? node->description->token : XS_NO_TOKEN;
""",
            new="""\
	txToken aToken = (node && node->description) ? node->description->token : XS_NO_TOKEN;
	while (aToken == XS_TOKEN_EXPRESSIONS) {
		txNode* item = ((txExpressionsNode*)node)->items->first;
		if (!item || item->next || !item->description || (item->description->token != XS_TOKEN_EXPRESSIONS))
			break;
		item->next = node->next;
		node = parser->root = item;
	}
""",
        ),
    ),
    programs=("correctness/nested-parentheses",),
)
