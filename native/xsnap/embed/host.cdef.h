/* What Python sees of the process that hosts machines; read by build_ffi.py and
   by host.h. */

typedef struct EngoHost EngoHost;

/* Limits, no_new_privs, Landlock, seccomp, for all threads there are and will
   be. `control` is the only descriptor on which messages with descriptors may
   be sent and received. `memory` is the most that the process may have in
   writable private memory, in bytes; 0: no limit. Call it with as few threads
   as possible, after at least one has been started and every image has been
   instantiated once. Returns 0 or an errno. */
int engo_confine_host(int control, uint64_t memory);

/* Map the 4,096 bytes of the memory file `descriptor` over the page at `at`,
   shared, instead of what lies there. Returns 0 or an errno. */
int engo_map_page(void *at, int descriptor);

/* `control` stays the caller's. NULL: the kernel refused. */
EngoHost *engo_host_create(int control);
/* Every instance must have been removed. */
void engo_host_delete(EngoHost *host);
/* From now on the instance's bytes come by `in` and go by `out`, pipes that do
   not block and are the host's now, also when this fails. `page` is the shared
   page that its CPU time is written to. Returns 0 or an errno. */
int engo_host_add(EngoHost *host, EngoInstance *instance, uint32_t number,
                  int in, int out, void *page);
/* Closes the instance's pipes; it must have ended or rest. */
void engo_host_remove(EngoHost *host, EngoInstance *instance);
/* `engo_instance_call`, of which `engo_host_serve` tells once it is done. */
void engo_host_call(EngoHost *host, EngoInstance *instance,
                    const EngoFunction *function, int32_t argument);
/* Move bytes between pipes and machines until there is something to do: the
   number of one that has ended, and said all, or whose call is done; or 0: the
   control socket has something to read or is closed. */
uint32_t engo_host_serve(EngoHost *host);
