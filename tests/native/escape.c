/* Tries one forbidden thing after taking the worker's own confinement. Compiled and
   run by test_xsnap_confine.py together with native/xsnap/confine.c; the kernel must
   kill it with SIGSYS. Exit 3: it got away with it. Exit 4: unknown attempt. */

#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "confine.h"

static long attempt(const char *what, void *page) {
  char *const none[] = {NULL};
  if (strcmp(what, "open") == 0)
    return open("/etc/passwd", O_RDONLY);
  if (strcmp(what, "socket") == 0)
    return socket(AF_UNIX, SOCK_STREAM, 0);
  if (strcmp(what, "execve") == 0)
    return execve("/bin/true", none, none);
  if (strcmp(what, "fork") == 0)
    return fork();
  if (strcmp(what, "kill") == 0)
    return kill(getppid(), 0);
  if (strcmp(what, "ptrace") == 0)
    return ptrace(PTRACE_TRACEME, 0, 0, 0);
  if (strcmp(what, "memfd") == 0)
    return syscall(SYS_memfd_create, "x", 0);
  if (strcmp(what, "mmap exec") == 0)
    return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS,
                -1, 0) == MAP_FAILED;
  if (strcmp(what, "mprotect exec") == 0)
    return mprotect(page, 4096, PROT_READ | PROT_WRITE | PROT_EXEC);
  if (strcmp(what, "setrlimit") == 0)
    return setrlimit(RLIMIT_AS, &(struct rlimit){1, 1});
  if (strcmp(what, "sigaction") == 0)
    return signal(SIGTERM, SIG_IGN) == SIG_ERR;
  if (strcmp(what, "unknown call") == 0)
    return syscall(1000);
  if (strcmp(what, "nothing") == 0)
    return 0;
  _exit(4);
}

int main(int argc, char **argv) {
  void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (argc != 2 || page == MAP_FAILED)
    return 4;
  confine_close_from(3);
  if (!confine_process((size_t)64 << 20))
    return 5;
  free(malloc(1 << 20)); /* allowed */
  attempt(argv[1], page);
  _exit(3);
}
