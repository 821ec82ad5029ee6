"""The parser takes its memory from blocks and not piece by piece.

Symptom: `eval('a=1;'.repeat(3e6))` ends 0.2 to 0.6 seconds after it was interrupted,
all of which is freeing, and its nodes take 32 bytes more than they are.
Cause: each node, symbol and byte code is an allocation of its own, in a list.
Effect: pieces are cut from blocks that double up to 256 KB (native/xsnap/engine/arena.c)
and are freed with them. Under a sanitizer each piece stays an allocation.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

SCRIPT = "xs/sources/xsScript.c"

REPAIR = Repair(
    name="v14_parser_arena",
    reason="freeing what the parser had taken took longer than an interrupt may",
    edits=(
        Edit(
            "xs/sources/xsScript.h",
            old="\ttxParserChunk* first;\n\ttxParserJump* firstJump;\n",
            new="\tEngoArena arena;\n\ttxParserJump* firstJump;\n",
        ),
        Edit(
            SCRIPT,
            old="""\
	txParserChunk** address = &parser->first;
	txParserChunk* block;
	while ((block = *address)) {
		*address = block->next;
		c_free(block);
	}
""",
            new="""\
	engo_arena_end(&parser->arena);
""",
        ),
        Edit(SCRIPT, old="\tparser->first = C_NULL;\n", new=""),
        Edit(
            SCRIPT,
            old="""\
	txParserChunk* block = c_malloc(sizeof(txParserChunk) + size);
	if (!block)
		fxReportMemoryError(parser, parser->line, "heap overflow");
	parser->total += sizeof(txParserChunk) + size;
	block->next = parser->first;
	parser->first = block;
	return block + 1;
""",
            new="""\
	void* piece = engo_arena_take(&parser->arena, size);
	if (!piece)
		fxReportMemoryError(parser, parser->line, "heap overflow");
	parser->total += size;
	return piece;
""",
        ),
    ),
    programs=("speed/parser_arena",),
    unshown="only the time after an interrupt and the memory differ",
)
