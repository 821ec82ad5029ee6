/* Memory of XS's parser (repair v14_parser_arena), which takes it in small
   pieces and gives all of it back at once: pieces are cut from blocks. A block
   that is large is one piece's. */

#include "../internal.h"

#define UNIT 16
#define FIRST 16384 /* bytes of the first block */
#define LAST 262144 /* and of the largest; each is twice the one before */
#ifdef __SANITIZE_ADDRESS__
#define LARGE 1 /* each piece is seen by itself */
#else
#define LARGE 4096 /* bytes of a piece from which on it has its own block */
#endif

typedef struct Block {
  struct Block *former;
  char padding[UNIT - sizeof(void *)];
} Block;

static Block *take_block(EngoArena *arena, size_t size) {
  Block *block = malloc(sizeof(Block) + size);
  if (block) {
    block->former = arena->blocks;
    arena->blocks = block;
  }
  return block;
}

/* Uninitialized bytes, aligned for anything; NULL: there is no memory. */
void *engo_arena_take(EngoArena *arena, size_t size) {
  size = (size + UNIT - 1) / UNIT * UNIT;
  if (size >= LARGE) {
    Block *block = take_block(arena, size);
    return block ? block + 1 : NULL;
  }
  if (size > arena->left) {
    size_t more = arena->size ? arena->size * 2 : FIRST;
    if (more > LAST)
      more = LAST;
    Block *block = take_block(arena, more);
    if (!block)
      return NULL;
    arena->next = (char *)(block + 1);
    arena->left = arena->size = more;
  }
  void *piece = arena->next;
  arena->next += size;
  arena->left -= size;
  return piece;
}

void engo_arena_end(EngoArena *arena) {
  Block *block = arena->blocks;
  while (block) {
    Block *former = block->former;
    free(block);
    block = former;
  }
  *arena = (EngoArena){0};
}
