/* engo-shell: runs one JavaScript file in a bare machine, for the tests of the
   repairs. Standard output is what the program prints. Exit status: 0; 1 for an
   uncaught error or rejection, told on standard error; 64 for wrong arguments;
   70 when the machine aborted, its reason on standard error.

     --interrupt MS  interrupt the program when it has run for so long after its
                     first print
     --heap BYTES    the limit of its heap; without it the largest there is
     --every N       in a build that stresses the collector: collect at each
                     Nth allocation, without it at each

   A test tool, linked from the worker's own objects and never shipped; hence it
   may look inside XSnap. Guests' powers do not belong here: the worker has
   those. */

#include "internal.h"
#include "stress.h"

#include <errno.h>
#include <signal.h>

/* A signal's handler can reach nothing else. */
static XsnapPage page;
static long interrupt_after; /* milliseconds, 0: not at all */

typedef struct {
  const char *path;
  uint64_t heap;
  int every;
  char *source;
  bool failed; /* an error or a rejection was not caught */
} Job;

static bool emit(void *context, XsnapVm *vm, size_t length) {
  (void)context, (void)vm, (void)length;
  return true;
}

static size_t wait(void *context, XsnapVm *vm) {
  (void)context, (void)vm;
  return 0;
}

/* Two surrogates of three bytes each become the four bytes of UTF-8. */
static size_t put_pair(FILE *stream, const unsigned char *text) {
  if (text[0] != 0xed || (text[1] & 0xf0) != 0xa0 || text[3] != 0xed ||
      (text[4] & 0xf0) != 0xb0)
    return 0;
  unsigned high = (text[1] & 0x0fu) << 6 | (text[2] & 0x3fu);
  unsigned low = (text[4] & 0x0fu) << 6 | (text[5] & 0x3fu);
  unsigned code = 0x10000 + (high << 10 | low);
  putc((int)(0xf0 | code >> 18), stream);
  putc((int)(0x80 | (code >> 12 & 0x3f)), stream);
  putc((int)(0x80 | (code >> 6 & 0x3f)), stream);
  putc((int)(0x80 | (code & 0x3f)), stream);
  return 6;
}

static void put_text(FILE *stream, const char *cesu) {
  const unsigned char *text = (const unsigned char *)cesu;
  while (*text) {
    size_t taken = put_pair(stream, text);
    if (taken == 0 && text[0] == 0xc0 && text[1] == 0x80) {
      putc(0, stream);
      taken = 2;
    }
    if (taken == 0) {
      putc(*text, stream);
      taken = 1;
    }
    text += taken;
  }
}

static void interrupt(int number) {
  (void)number;
  page.interrupt = 1;
}

/* Armed by the first print, so that a slow start is not what is interrupted;
   by the processor's time, so that a program comes equally far on every day. */
static void arm(void) {
  struct itimerval timer = {
      .it_value = {interrupt_after / 1000, interrupt_after % 1000 * 1000}};
  if (interrupt_after == 0)
    return;
  signal(SIGPROF, interrupt);
  setitimer(ITIMER_PROF, &timer, NULL);
  interrupt_after = 0;
}

static void shell_print(txMachine *the) {
  for (txInteger i = 0; i < mxArgc; i++) {
    if (i > 0)
      putc(' ', stdout);
    put_text(stdout, fxToString(the, mxArgv(i)));
  }
  putc('\n', stdout);
  fflush(stdout);
  arm();
}

/* For benchmarks: milliseconds of the processor's time. */
static void shell_now(txMachine *the) {
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  mxResult->kind = XS_NUMBER_KIND;
  mxResult->value.number =
      (double)now.tv_sec * 1000 + (double)now.tv_nsec / 1000000;
}

static void shell_gc(txMachine *the) { fxCollectGarbage(the); }

static void define(txMachine *the, const char *text, txCallback callback) {
  txID name = fxID(the, (txString)(uintptr_t)text);
  fxNewHostFunction(the, callback, 0, (txInteger)name, XS_NO_ID);
  mxPush(mxGlobal);
  mxDefineID(name, XS_DONT_ENUM_FLAG, XS_DONT_ENUM_FLAG);
  mxPop();
}

/* As a script: sloppy, unlike what a worker evaluates. */
static void evaluate(txMachine *the, const Job *job) {
  txSlot *program = mxProgram.value.reference;
  txSlot *realm = mxModuleInstanceInternal(program)->value.module.realm;
  mxPushStringC(job->source);
  txStringStream stream = {the->stack, 0, (txSize)strlen(job->source)};
  txScript *script =
      fxParseScript(the, &stream, fxStringGetter, mxProgramFlag | mxDebugFlag);
  fxRunScript(the, script, mxRealmGlobal(realm), NULL,
              mxRealmClosures(realm)->value.reference, NULL, program);
  mxPop(); /* its value */
  mxPop(); /* the source */
}

/* What was thrown lies on the stack. */
static void report(txMachine *the, const char *what) {
  mxTry(the) {
    fputs(what, stderr);
    put_text(stderr, fxToString(the, the->stack));
  }
  mxCatch(the) { fputs("what cannot be told as text", stderr); }
  putc('\n', stderr);
}

static void run_jobs(XsnapVm *vm) {
  txMachine *the = vm->machine;
  do {
    while (vm->jobs) {
      vm->jobs = false;
      fxRunPromiseJobs(the);
    }
    fxEndJob(the);
  } while (vm->jobs);
  fxCheckUnhandledRejections(the, 1);
}

static void guest(XsnapVm *vm, void *argument) {
  Job *job = argument;
  txMachine *the = vm->machine;
  fxBeginHost(the);
  define(the, "print", shell_print);
  define(the, "gc", shell_gc);
  define(the, "now", shell_now);
  define(the, "shareGlobal", xsnap_engo_share_global);
  mxTry(the) { evaluate(the, job); }
  mxCatch(the) {
    job->failed = true;
    mxPush(mxException);
    mxException.kind = XS_UNDEFINED_KIND;
    report(the, "uncaught: ");
    mxPop();
  }
  run_jobs(vm);
  if (vm->rejections.kind == XS_REFERENCE_KIND) {
    job->failed = true;
    push_slot(the, vm->rejections.value.reference->next);
    report(the, "unhandled rejection: ");
    mxPop();
  }
  fxEndHost(the);
}

static bool read_source(Job *job) {
  FILE *file = fopen(job->path, "rb");
  if (!file)
    return false;
  long size = -1;
  if (fseek(file, 0, SEEK_END) == 0 && (size = ftell(file)) >= 0 &&
      fseek(file, 0, SEEK_SET) == 0)
    job->source = calloc((size_t)size + 1, 1);
  bool whole =
      job->source && fread(job->source, 1, (size_t)size, file) == (size_t)size;
  fclose(file);
  return whole;
}

static int run(Job *job) {
  static const uint8_t seed[XSNAP_SEED_BYTES] = {1};
  const XsnapHost host = {.emit = emit, .wait = wait, .page = &page};
  const XsnapControl start = {.heap = job->heap,
                              .stack = 65536,
                              .message = XSNAP_MAX_MESSAGE,
                              .seed = {seed, sizeof seed}};
  XsnapVm *vm = xsnap_vm_create(&host);
  if (!vm)
    return XSNAP_NO_MEMORY;
  XsnapVm *before = xsnap_platform_enter(vm);
  XsnapStatus status = xsnap_vm_start(vm, &start);
#ifdef mxStress
  shell_stress(job->every);
#endif
  bool finished = status == XSNAP_OK && xsnap_run(vm, guest, job);
  if (!finished)
    fprintf(stderr, "aborted: %s\n", vm->reason ? vm->reason : "no machine");
  xsnap_platform_leave(before);
  xsnap_vm_delete(vm);
  return !finished ? XSNAP_ABORTED : job->failed ? 1 : 0;
}

/* The options before the file; false: the arguments are wrong. */
static bool take_options(Job *job, int argc, char **argv) {
  int at = 1;
  for (; at + 1 < argc && argv[at][0] == '-'; at += 2) {
    char *end = NULL;
    long value = strtol(argv[at + 1], &end, 10);
    if (*end != 0 || value <= 0)
      return false;
    if (strcmp(argv[at], "--interrupt") == 0)
      interrupt_after = value;
    else if (strcmp(argv[at], "--heap") == 0)
      job->heap = (uint64_t)value;
    else if (strcmp(argv[at], "--every") == 0 && value < 1000000)
      job->every = (int)value;
    else
      return false;
  }
  job->path = argc == at + 1 ? argv[at] : "";
  return argc == at + 1;
}

int main(int argc, char **argv) {
  Job job = {.heap = XSNAP_MAX_HEAP, .every = 1};
  if (!take_options(&job, argc, argv)) {
    fputs("usage: engo-shell [--interrupt MS] [--heap BYTES] FILE.js\n",
          stderr);
    return XSNAP_BAD_ARGUMENT;
  }
  if (!read_source(&job)) {
    fprintf(stderr, "engo-shell: cannot read %s: %s\n", job.path,
            strerror(errno));
    free(job.source);
    return XSNAP_BAD_ARGUMENT;
  }
  int status = run(&job);
  free(job.source);
  return status;
}
