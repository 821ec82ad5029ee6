"""Names are found by a hash that spreads, in a table that grows.

Symptom: making and finding names like key1, key2, ... gets slower with each one.
Cause: the hash of such names took a few hundred values, and the table of names
kept the number of chains that it was made with.
Effect: a multiplying hash; above two names per chain the table is made anew, twice
as large. A snapshot holds the table and its hashes: one made without this repair
is not usable with it, which the digest of the build in its header makes sure of.
"""

from __future__ import annotations

from native.xs.repairs.model import Cost, Edit, Repair

SYMBOL = "xs/sources/xsSymbol.c"
NEW_NAME = "txID fxNewName(txMachine* the, txSlot* theSlot)\n{"

REPAIR = Repair(
    name="v07_name_hash",
    reason="names that differ in a number shared few chains of a fixed table",
    edits=(
        Edit(
            SYMBOL,
            old="\t\taSum = (aSum << 1) + *aString++;",
            new="\t\taSum = (aSum ^ *aString++) * 16777619;",
        ),
        Edit(
            SYMBOL,
            old="\t\tsum = (sum << 1) + *string++;",
            new="\t\tsum = (sum ^ *string++) * 16777619;",
        ),
        Edit(
            SYMBOL,
            old="\t\tsum = (sum << 1) + c_read8(string++);",
            new="\t\tsum = (sum ^ c_read8(string++)) * 16777619;",
            count=2,
        ),
        Edit(
            "xs/sources/xsAPI.c",
            old="\t\t\t\tsum = (sum << 1) + byte;",
            new="\t\t\t\tsum = (sum ^ byte) * 16777619;",
        ),
        Edit(
            "xs/sources/xsScript.c",
            old="\t\taSum = (aSum << 1) + *aString++;",
            new="\t\taSum = (aSum ^ (txU1)*aString++) * 16777619;",
        ),
        Edit(
            SYMBOL,
            old=NEW_NAME,
            new="""\
/* Engo: make the table of names anew when its chains are long. Without memory
   it stays as it is. */
static void fxGrowNames(txMachine* the)
{
	txSize modulo = (the->nameModulo * 2) + 1;
	txSlot** table;
	txSize index;
	if (the->preparation || the->sharedMachine || (the->nameModulo > 0x1000000))
		return;
	if ((the->keyIndex - the->keyOffset) / 2 <= (txID)the->nameModulo)
		return;
	table = (txSlot**)c_malloc_uint32(modulo * sizeof(txSlot*));
	if (!table)
		return;
	c_memset(table, 0, modulo * sizeof(txSlot*));
	for (index = 0; index < the->nameModulo; index++) {
		txSlot* name = the->nameTable[index];
		while (name) {
			txSlot* next = name->next;
			txSlot** chain = &table[name->value.key.sum % modulo];
			name->next = *chain;
			*chain = name;
			name = next;
		}
	}
	c_free_uint32(the->nameTable);
	the->nameTable = table;
	the->nameModulo = modulo;
}

"""
            + NEW_NAME,
        ),
        Edit(
            SYMBOL,
            old="\tthe->nameTable[modulo] = result;\n",
            new="\tthe->nameTable[modulo] = result;\n\tfxGrowNames(the);\n",
            count=3,
        ),
    ),
    cost=Cost("seconds", 2),
    programs=("speed/names_hash",),
)
