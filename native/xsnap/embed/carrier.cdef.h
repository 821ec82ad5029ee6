/* What Python sees of the carrier; read by build_ffi.py and by carrier.h. */

/* Addresses of the runtime's functions. */
typedef struct EngoRuntime {
  uintptr_t call;           /* wasmtime_func_call_unchecked */
  uintptr_t caller_context; /* wasmtime_caller_context */
  uintptr_t context_data;   /* wasmtime_context_get_data */
  uintptr_t error_new;      /* wasmtime_error_new */
  uintptr_t error_delete;   /* wasmtime_error_delete */
  uintptr_t trap_delete;    /* wasm_trap_delete */
  uintptr_t trap_code;      /* wasmtime_trap_code */
  uintptr_t bump;           /* wasmtime_engine_increment_epoch */
  uintptr_t engine;         /* wasm_engine_t */
} EngoRuntime;

/* A function of an instance: wasmtime_func_t. */
typedef struct EngoFunction {
  uint64_t store;
  uintptr_t place;
} EngoFunction;

typedef struct EngoPool EngoPool;
typedef struct EngoInstance EngoInstance;

enum {
  /* What `engo_instance_status` says of an instance that has not ended. */
  ENGO_ALIVE = 1000,
  /* How it ended, besides the exit status of a native worker. */
  ENGO_KILLED = -9,    /* by engo_instance_kill */
  ENGO_TRAPPED = 2000, /* plus the runtime's trap code */
  ENGO_FAILED = 3000,  /* the runtime could not run it */
};

/* `threads` run at first; more join while instances wait or compute for long.
   `stack` is of each, in bytes. NULL: no memory. */
EngoPool *engo_pool_create(const EngoRuntime *runtime, unsigned threads,
                           size_t stack);
/* Ends the threads; every instance must have been deleted before. */
void engo_pool_delete(EngoPool *pool);
/* Threads that there are; for tests. */
unsigned engo_pool_threads(EngoPool *pool);

/* The data of a store that is about to be made; NULL: no memory. */
EngoInstance *engo_instance_create(EngoPool *pool);
/* The store is there: its context, the export `deliver`, both scratches. */
void engo_instance_bind(EngoInstance *instance, void *context,
                        const EngoFunction *deliver, uint8_t *in,
                        const uint8_t *out);
/* Append bytes of the link; how many were taken: 0 when it is full. */
size_t engo_instance_write(EngoInstance *instance, const void *data,
                           size_t length);
/* Take bytes of the link; 0 when there are none. */
size_t engo_instance_read(EngoInstance *instance, void *into, size_t size);
/* The same after waiting until there are some, or it has ended, at most so
 * long.
 */
size_t engo_instance_read_wait(EngoInstance *instance, void *into, size_t size,
                               unsigned milliseconds);
/* Wait for bytes to read or the end (1), or room to write when `writing` (2);
   or, when `resting`, only until nothing is under way (4); 0: the time is up.
 */
int engo_instance_wait(EngoInstance *instance, unsigned milliseconds,
                       int writing, int resting);
/* Eventfds to write to when there is something to read, and room to write; -1:
   none. They stay the caller's. */
void engo_instance_listen(EngoInstance *instance, int readable, int writable);
/* ENGO_ALIVE, or how it ended. */
int engo_instance_status(EngoInstance *instance);
/* Nothing is running or queued. */
int engo_instance_resting(EngoInstance *instance);
/* CPU seconds of the thread that runs it now; 0 when none does. */
double engo_instance_cpu(EngoInstance *instance);
/* It ends at the next step it takes: the epoch moves until it has. */
void engo_instance_kill(EngoInstance *instance);
/* Call an export with one number, after all input so far; its result is there
   when it rests, if it has not ended. */
void engo_instance_call(EngoInstance *instance, const EngoFunction *function,
                        int32_t argument);
int32_t engo_instance_result(EngoInstance *instance);
/* Call an export on this very thread, whose stack must be large enough for what
   it does; the instance must rest and no other thread may use it. The status.
 */
int engo_instance_call_here(EngoInstance *instance,
                            const EngoFunction *function, int32_t argument);
/* Deliver the record in the in scratch on this very thread, likewise. */
int engo_instance_deliver_here(EngoInstance *instance, int32_t length);
/* Frees it; it must rest or have ended, and its store be gone. */
void engo_instance_delete(EngoInstance *instance);

/* Imports of engo.wasm and the epoch's callback, for their addresses. */
void *engo_carrier_emit(void *data, void *caller, void *values, size_t count);
void *engo_carrier_wait(void *data, void *caller, void *values, size_t count);
void *engo_carrier_epoch(void *context, void *data, uint64_t *delta,
                         uint8_t *kind);

/* The pages of 4096 bytes in which `memory` differs from `base`, which is
   followed by zeroes; their numbers into `pages`, ascending; how many. */
size_t engo_pages_differ(const uint8_t *memory, size_t count,
                         const uint8_t *base, size_t base_count,
                         uint32_t *pages);
