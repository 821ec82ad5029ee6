/* What Engo adds to XS itself: records beside the heap that make a machine's
   work grow as it should, and the functions that the repairs call.

   XS includes this through engo_platform.h in front of its own types, and
   expands EngoCaches in its machine; hence plain C types only. A machine starts
   with all of it zero. Nothing of it is in a snapshot, nothing of it is seen by
   a guest but time, and the meter does not know it. What a heap may take is the
   platform's business. */

#ifndef ENGO_ENGINE_H
#define ENGO_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ENGO_STRINGS 8      /* records of strings */
#define ENGO_CHARACTERS 128 /* one for each ASCII character */
#define ENGO_INDEXES 64     /* objects whose properties are indexed */
#define ENGO_LOOKUPS 128    /* properties that were found lately */
#define ENGO_ABSENCES 32    /* names that were not found lately in a scope */
#define ENGO_WEAK_INDEXES 8 /* keys whose WeakMaps are indexed */

/* A string of XS is a pointer to bytes that end with a zero; a position in it
   counts UTF-16 units, each of which begins with a byte that is no
   continuation. */
typedef struct EngoString {
  const char *text; /* in a chunk or static; NULL: the record is empty */
  int32_t size;     /* bytes without the zero */
  int32_t length;   /* units, -1: not counted yet */
  int32_t byte;     /* a cursor: as many units begin before this byte */
  int32_t unit;     /* as this says */
  bool leapt;       /* gone far in once; a second time makes marks */
  int32_t *marks; /* bytes at which every so many units begin, or NULL; owned */
} EngoString;

/* Empty at every moment at which a chunk moves or dies. */
typedef struct EngoStrings {
  EngoString records[ENGO_STRINGS];
  char *characters[ENGO_CHARACTERS]; /* strings of one byte, or NULL */
  uint32_t last, next;               /* used last, replaced next */
} EngoStrings;

/* A named slot, and the slot that it follows in its object's list. */
typedef struct EngoPlace {
  void *slot; /* NULL: nothing is here */
  void *former;
} EngoPlace;

typedef struct EngoIndex {
  void *instance;    /* whose; NULL: the index is empty */
  void *candidate;   /* walked far once; a second time makes its index */
  void *last;        /* slot of the list up to which it is indexed */
  EngoPlace *places; /* open addressing by name, at most half full; owned */
  uint32_t count;
  uint32_t bits; /* there are 1 << bits places */
  bool weak;     /* of a key's WeakMaps, and not of an object's properties */
} EngoIndex;

typedef struct EngoLookup {
  void *instance, *slot;
  uint32_t id;
} EngoLookup;

/* A name that a scope does not have, as long as nothing follows `last`. */
typedef struct EngoAbsence {
  void *scope, *last;
  uint32_t id;
} EngoAbsence;

/* Empty at every moment at which a slot dies. */
typedef struct EngoProperties {
  EngoIndex indexes[ENGO_INDEXES];
  EngoLookup lookups[ENGO_LOOKUPS];
  EngoAbsence absences[ENGO_ABSENCES];
} EngoProperties;

typedef struct EngoCaches {
  EngoStrings strings;
  EngoProperties properties;
  EngoIndex weak[ENGO_WEAK_INDEXES]; /* emptied with the properties */
  void *scratch;                     /* while a product is made */
  size_t scratch_size;
} EngoCaches;

/* strings.c. Offsets are -1 where there is none. */
int32_t engo_string_size(void *machine, const char *text);
int32_t engo_string_length(void *machine, const char *text);
int32_t engo_string_byte_of(void *machine, const char *text, int32_t unit);
int32_t engo_string_unit_of(void *machine, const char *text, int32_t byte);
void engo_string_enter(void *machine, const char *text, int32_t size);
char *engo_string_cut(void *machine, char *const *from, int32_t begin,
                      int32_t size);
int32_t engo_string_same(void *machine, const char *a, const char *b);
void engo_string_repeat(void *machine, char *text, int32_t size, int32_t count);
void engo_strings_forget(void *machine);

/* properties.c: slots of named properties. */
#define ENGO_STEPS 8       /* that XS walks by itself before it asks */
#define ENGO_FAR_STEPS 64  /* and before it deletes by the index */
#define ENGO_SCOPE_STEPS 2 /* in scopes, where most names are not found */
void *engo_property_find(void *machine, void *instance, uint32_t id, void *from,
                         void **last);
bool engo_property_before(void *machine, void *instance, uint32_t id,
                          void ***address);
void engo_property_unlink(void *machine, void *instance, void *slot,
                          void *address);
bool engo_scope_has(void *machine, void *scope, uint32_t id, void *from);
void engo_scope_unlink(void *machine, void *scope, void *slot, void *address);
void engo_properties_forget(void *machine);

/* weak.c: a key's entries in WeakMaps and WeakSets, named by the `list` of one.
   The key is the slot before the first. */
#define ENGO_WEAK_STEPS 16 /* that XS walks by itself before it asks */
void *engo_weak_find(void *machine, void *key, void *list, void *from);
bool engo_weak_before(void *machine, void *key, void *list, void ***address);
void engo_weak_unlink(void *machine, void *key, void *slot, void *address);
void engo_weak_forget(void *machine);

/* lists.c: the entries of Maps (paired: a key and a value) and Sets. */
void engo_list_deleted(void *list, bool paired);
void engo_list_cleared(void *list, bool paired);

/* bigint.c: words are the least significant first. */
uint32_t engo_bigint_parse(void *machine, uint32_t *words, const char *digits,
                           int32_t length);
uint32_t engo_bigint_parse_bits(uint32_t *words, const char *digits,
                                int32_t length, uint32_t bits);
char *engo_bigint_to_text(void *machine, uint32_t *words, uint32_t size,
                          uint32_t radix, char *end);
uint32_t engo_bigint_divide_by_word(uint32_t *quotient, const uint32_t *words,
                                    uint32_t size, uint32_t by);
void engo_bigint_divide(void *machine, uint32_t *quotient, uint32_t *words,
                        uint32_t size, const uint32_t *by, uint32_t by_size);

/* numbers.c: `length` digits of a base of 2 to 36, all of them valid. */
double engo_whole_number(void *machine, const char *digits, size_t length,
                         int base);

#define ENGO_LONG_FACTOR 40 /* words; shorter ones XS multiplies itself */
/* product.c: into size + by_size words; the caller charges. */
void engo_bigint_multiply(void *machine, uint32_t *product,
                          const uint32_t *words, uint32_t size,
                          const uint32_t *by, uint32_t by_size);
void engo_products_forget(void *machine);

/* caches.c: what XS tells before it collects, before it moves chunks, and at
   its end. */
void engo_before_collect(void *machine);
void engo_before_sweep(void *machine);
void engo_end(void *machine);
/* Memory beside the heap that counts as the machine's; NULL: do without. */
void *engo_take(void *machine, size_t size);
void engo_give_back(void *machine, void *memory, size_t size);

/* arena.c: memory that is given back at once. A zero record is an empty one. */
typedef struct EngoArena {
  void *blocks; /* the latest first */
  char *next;   /* where the next piece begins, `left` bytes before the end */
  size_t left;
  size_t size; /* of the block that `next` is in */
} EngoArena;
void *engo_arena_take(EngoArena *arena, size_t size);
void engo_arena_end(EngoArena *arena);

/* interrupt.c: the host's interrupt, a word that `interrupt` of a machine
   points to. Whoever may run guest code may end the machine by these. */
void engo_stop(void *machine);
int engo_stopped(void *machine);
/* After something was counted: has an interval of the meter passed? */
#define mxMeterCheck()                                                         \
  (the->meterIndex > the->meterCount && the->meterInterval                     \
       ? fxCheckMetering(the)                                                  \
       : (void)0)
/* Where nothing is counted: only the interrupt; charges nothing and does not
   move the interval. */
#define mxMeterAsk() (*the->interrupt ? engo_stop(the) : (void)0)
/* The same in a loop of small steps, which `rounds` (an uint32_t) counts. */
#define mxMeterAskAtTimes(rounds) (++(rounds) & 0xffff ? (void)0 : mxMeterAsk())

#endif
