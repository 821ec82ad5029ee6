/* Functions that the C library would otherwise import from WASI: none of them
   can do anything, so that a module imports only what exports.c says.

   They are reached by stdio only, which nobody calls on purpose, and by the
   end of a program, which a module does not have. */

#include <stdint.h>

#define EBADF_WASI 8 /* wasi's number for a bad descriptor */

int32_t __imported_wasi_snapshot_preview1_fd_write(int32_t, int32_t, int32_t,
                                                   int32_t);
int32_t __imported_wasi_snapshot_preview1_fd_write(int32_t fd, int32_t vectors,
                                                   int32_t count,
                                                   int32_t written) {
  (void)fd, (void)vectors, (void)count, (void)written;
  return EBADF_WASI;
}

int32_t __imported_wasi_snapshot_preview1_fd_close(int32_t);
int32_t __imported_wasi_snapshot_preview1_fd_close(int32_t fd) {
  (void)fd;
  return EBADF_WASI;
}

int32_t __imported_wasi_snapshot_preview1_fd_seek(int32_t, int64_t, int32_t,
                                                  int32_t);
int32_t __imported_wasi_snapshot_preview1_fd_seek(int32_t fd, int64_t offset,
                                                  int32_t whence,
                                                  int32_t result) {
  (void)fd, (void)offset, (void)whence, (void)result;
  return EBADF_WASI;
}

int32_t __imported_wasi_snapshot_preview1_fd_fdstat_get(int32_t, int32_t);
int32_t __imported_wasi_snapshot_preview1_fd_fdstat_get(int32_t fd,
                                                        int32_t result) {
  (void)fd, (void)result;
  return EBADF_WASI;
}

_Noreturn void __imported_wasi_snapshot_preview1_proc_exit(int32_t);
_Noreturn void __imported_wasi_snapshot_preview1_proc_exit(int32_t status) {
  (void)status;
  __builtin_trap();
}

int close(int);
int close(int descriptor) {
  (void)descriptor;
  return -1;
}

/* The tag of the exception that longjmp throws; the C library has the functions
   and not the tag. */
__asm__(".globl __c_longjmp\n"
        "\t.tagtype __c_longjmp i32\n"
        "__c_longjmp:\n");
