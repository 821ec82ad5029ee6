"""The library in the `wasmtime` wheel, bound by cffi: declarations, version, loading.

Only the wheel's shared library is used, not its Python package, whose calls cost 20
to 48 times as much. The declarations below are of one release; another one is refused,
since a struct of another layout would be memory corruption. Knows nothing of Engo.
"""

from __future__ import annotations

import platform
import sys
from typing import TYPE_CHECKING, Any, Final

from engo.native import NativeMissing

if TYPE_CHECKING:
    import cffi

VERSION: Final = "50.0.1"
"""The release whose declarations these are; pyproject.toml pins the same."""

_DECLARATIONS: Final = """
typedef struct wasm_config_t wasm_config_t;
typedef struct wasm_engine_t wasm_engine_t;
typedef struct wasm_trap_t wasm_trap_t;
typedef struct wasm_valtype_t wasm_valtype_t;
typedef struct wasm_functype_t wasm_functype_t;
typedef struct wasmtime_error wasmtime_error_t;
typedef struct wasmtime_store wasmtime_store_t;
typedef struct wasmtime_context wasmtime_context_t;
typedef struct wasmtime_module wasmtime_module_t;
typedef struct wasmtime_linker wasmtime_linker_t;
typedef struct wasmtime_instance_pre wasmtime_instance_pre_t;

typedef struct { size_t size; uint8_t *data; } wasm_byte_vec_t;
typedef struct { size_t size; wasm_valtype_t **data; } wasm_valtype_vec_t;
typedef struct { uint64_t store_id; void *place; } wasmtime_func_t;
typedef struct { uint64_t store_id; size_t place; } wasmtime_instance_t;
typedef struct { uint64_t store_id; uint32_t a; uint32_t b; } wasmtime_memory_t;
typedef struct {
  uint8_t kind;
  union {
    wasmtime_func_t func;
    wasmtime_memory_t memory;
    struct { uint64_t store_id; uint32_t a, b, c; } global;
  } of;
} wasmtime_extern_t;

wasm_config_t *wasm_config_new(void);
wasm_engine_t *wasm_engine_new_with_config(wasm_config_t *);
void wasm_engine_delete(wasm_engine_t *);
void wasmtime_config_wasm_exceptions_set(wasm_config_t *, bool);
void wasmtime_config_epoch_interruption_set(wasm_config_t *, bool);
void wasmtime_config_max_wasm_stack_set(wasm_config_t *, size_t);
void wasmtime_config_async_stack_size_set(wasm_config_t *, uint64_t);
void wasmtime_config_memory_may_move_set(wasm_config_t *, bool);
void wasmtime_config_memory_init_cow_set(wasm_config_t *, bool);
void wasmtime_config_native_unwind_info_set(wasm_config_t *, bool);
void wasmtime_engine_increment_epoch(wasm_engine_t *);

void wasm_byte_vec_delete(wasm_byte_vec_t *);
wasm_valtype_t *wasm_valtype_new(uint8_t);
void wasm_valtype_vec_new(wasm_valtype_vec_t *, size_t, wasm_valtype_t *const *);
wasm_functype_t *wasm_functype_new(wasm_valtype_vec_t *, wasm_valtype_vec_t *);
void wasm_functype_delete(wasm_functype_t *);

wasmtime_error_t *wasmtime_error_new(const char *);
void wasmtime_error_delete(wasmtime_error_t *);
void wasmtime_error_message(const wasmtime_error_t *, wasm_byte_vec_t *);
void wasm_trap_delete(wasm_trap_t *);
void wasm_trap_message(const wasm_trap_t *, wasm_byte_vec_t *);
bool wasmtime_trap_code(const wasm_trap_t *, uint8_t *);

wasmtime_error_t *wasmtime_module_new(
    wasm_engine_t *, const uint8_t *, size_t, wasmtime_module_t **);
wasmtime_error_t *wasmtime_module_serialize(wasmtime_module_t *, wasm_byte_vec_t *);
wasmtime_error_t *wasmtime_module_deserialize_file(
    wasm_engine_t *, const char *, wasmtime_module_t **);
void wasmtime_module_delete(wasmtime_module_t *);

wasmtime_linker_t *wasmtime_linker_new(wasm_engine_t *);
wasmtime_linker_t *wasmtime_linker_clone(wasmtime_linker_t *);
void wasmtime_linker_delete(wasmtime_linker_t *);
wasmtime_error_t *wasmtime_linker_define(
    wasmtime_linker_t *, wasmtime_context_t *, const char *, size_t, const char *,
    size_t, const wasmtime_extern_t *);
wasmtime_error_t *wasmtime_linker_define_func_unchecked(
    wasmtime_linker_t *, const char *, size_t, const char *, size_t,
    const wasm_functype_t *, void *, void *, void *);
wasmtime_error_t *wasmtime_linker_instantiate(
    const wasmtime_linker_t *, wasmtime_context_t *, const wasmtime_module_t *,
    wasmtime_instance_t *, wasm_trap_t **);

wasmtime_store_t *wasmtime_store_new(wasm_engine_t *, void *, void *);
wasmtime_context_t *wasmtime_store_context(wasmtime_store_t *);
void wasmtime_store_limiter(
    wasmtime_store_t *, int64_t, int64_t, int64_t, int64_t, int64_t);
void wasmtime_store_epoch_deadline_callback(wasmtime_store_t *, void *, void *, void *);
void wasmtime_store_delete(wasmtime_store_t *);
void wasmtime_context_set_epoch_deadline(wasmtime_context_t *, uint64_t);
void *wasmtime_context_get_data(const wasmtime_context_t *);
wasmtime_context_t *wasmtime_caller_context(void *);

bool wasmtime_instance_export_get(
    wasmtime_context_t *, const wasmtime_instance_t *, const char *, size_t,
    wasmtime_extern_t *);
wasmtime_error_t *wasmtime_func_call_unchecked(
    wasmtime_context_t *, const wasmtime_func_t *, void *, size_t, wasm_trap_t **);
uint8_t *wasmtime_memory_data(const wasmtime_context_t *, const wasmtime_memory_t *);
size_t wasmtime_memory_data_size(
    const wasmtime_context_t *, const wasmtime_memory_t *);
wasmtime_error_t *wasmtime_memory_grow(
    wasmtime_context_t *, const wasmtime_memory_t *, uint64_t, uint64_t *);
"""
_SIZES: Final = {
    "wasmtime_func_t": 16,
    "wasmtime_instance_t": 16,
    "wasmtime_memory_t": 16,
    "wasmtime_extern_t": 32,
    "wasm_byte_vec_t": 16,
}
"""As the release's own headers have them on every 64-bit system."""
_LIBRARIES: Final = {"linux": "_libwasmtime.so", "darwin": "_libwasmtime.dylib"}
_MACHINES: Final = {"AMD64": "x86_64", "arm64": "aarch64"}


def load() -> tuple[cffi.FFI, Any]:
    """The library and what its types are declared in.

    Raises NativeMissing when the wheel is not there, of another release or without
    a library for this system.
    """
    # Slow to load, and only here needed.
    from importlib.metadata import PackageNotFoundError, distribution

    import cffi

    try:
        wheel = distribution("wasmtime")
    except PackageNotFoundError:
        raise NativeMissing(
            f"expected the package wasmtime {VERSION}, got none; "
            f"pip install wasmtime=={VERSION}, or use engine='native'"
        ) from None
    if wheel.version != VERSION:
        raise NativeMissing(
            f"expected the package wasmtime {VERSION}, got {wheel.version}; "
            f"pip install wasmtime=={VERSION}, or use engine='native'"
        )
    machine = platform.machine()
    folder = f"{sys.platform}-{_MACHINES.get(machine, machine)}"
    name = _LIBRARIES.get(sys.platform, "_wasmtime.dll")
    path = str(wheel.locate_file(f"wasmtime/{folder}/{name}"))
    ffi = cffi.FFI()
    ffi.cdef(_DECLARATIONS)
    for struct, size in _SIZES.items():
        if ffi.sizeof(struct) != size:
            raise NativeMissing(
                f"expected {struct} to have {size} bytes, got {ffi.sizeof(struct)}; "
                "this system is not supported, use engine='native'"
            )
    try:
        return ffi, ffi.dlopen(path)
    except OSError as error:
        raise NativeMissing(
            f"expected the library {path}, got: {error}; use engine='native'"
        ) from error
