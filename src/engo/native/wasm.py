"""The WebAssembly runtime of a process: engine, code, linker and pool of threads.

Owns the pointers into the runtime and into the carrier (native/xsnap/embed). What
goes over the link is not known here; `engo.worker.wasm_inprocess` makes workers of it.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final

from engo.native import _module, wasmtime
from engo.native.vm import THREAD_STACK, WASM_STACK, RuntimeFailed, Vm

if TYPE_CHECKING:
    from pathlib import Path

_I32: Final = 0


class Runtime:
    """An engine, the code that its machines run, and the threads that run them.

    A context manager; every VM must be closed before it. `threads` run machines at
    first, more join while some wait or compute for long. Not thread-safe, but for the
    VMs' `kill`.
    """

    def __init__(self, *, threads: int = 4) -> None:
        """Raises NativeMissing without the wheel of the runtime."""
        self._ffi: Any
        self._ffi, self._lib = wasmtime.load()
        self._own: Any
        self._own_ffi: Any
        self._own, self._own_ffi = _module()
        self.engine = self._new_engine()
        self._functions = self._new_functions()
        self._pool = self._own.engo_pool_create(self._functions, threads, THREAD_STACK)
        if not self._pool:
            raise MemoryError("expected memory for a pool of threads, got none")
        self._linker = self._new_linker()
        self._epoch = self._own_address("engo_carrier_epoch")
        self._code: Any = None  # the code module
        self._modules: list[Any] = []
        self.vms = 0  # open ones
        self._owner = os.getpid()

    # Modules

    def compile(self, module: bytes) -> bytes:
        """Machine code for this computer, to be written to a file of one's own.

        Takes a second for the code of XS, some 20 ms for an image.
        """
        made = self._ffi.new("wasmtime_module_t **")
        lib = self._lib
        self._check(lib.wasmtime_module_new(self.engine, module, len(module), made))
        out = self._ffi.new("wasm_byte_vec_t *")
        try:
            self._check(lib.wasmtime_module_serialize(made[0], out))
        finally:
            lib.wasmtime_module_delete(made[0])
        try:
            return bytes(self._ffi.buffer(out.data, out.size))
        finally:
            lib.wasm_byte_vec_delete(out)

    def load(self, path: str | Path) -> object:
        """A module that `compile` made, mapped from its file.

        The file is machine code and trusted as such: only from a folder that nobody
        else can write. Raises RuntimeFailed for one of another release or computer.
        """
        made = self._ffi.new("wasmtime_module_t **")
        self._check(
            self._lib.wasmtime_module_deserialize_file(
                self.engine, os.fsencode(path), made
            )
        )
        self._modules.append(made[0])
        return made[0]

    def use_code(self, module: object) -> None:
        """The code module that every VM runs."""
        self._code = module

    # Machines

    def spawn(self, image: object, memory_limit: int) -> Vm:
        """A VM whose memory is a copy-on-write image; no code of it has run.

        `memory_limit`: bytes its linear memory may have. Raises RuntimeFailed.
        """
        return Vm(self, image, memory_limit)

    @property
    def threads(self) -> int:
        """Threads that the pool has now."""
        return int(self._own.engo_pool_threads(self._pool))

    def close(self) -> None:
        """End the threads and give everything back.

        Raises RuntimeFailed, and gives nothing back, while a VM is open.
        """
        if not self._pool:
            return
        if self.vms and os.getpid() == self._owner:
            raise RuntimeFailed(
                f"expected all machines to be closed, got {self.vms} that are open"
            )
        pool, self._pool = self._pool, None
        if os.getpid() != self._owner:
            return  # a forked process has no such threads
        self._own.engo_pool_delete(pool)
        lib = self._lib
        lib.wasmtime_linker_delete(self._linker)
        for module in self._modules:
            lib.wasmtime_module_delete(module)
        lib.wasm_engine_delete(self.engine)

    def __enter__(self) -> Runtime:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Inside

    def _new_engine(self) -> Any:
        lib = self._lib
        config = lib.wasm_config_new()
        lib.wasmtime_config_wasm_exceptions_set(config, True)
        lib.wasmtime_config_epoch_interruption_set(config, True)
        # Bounds the other one, though nothing asynchronous is used.
        lib.wasmtime_config_async_stack_size_set(config, 2 * WASM_STACK)
        lib.wasmtime_config_max_wasm_stack_set(config, WASM_STACK)
        # Scratches and pages are looked up once.
        lib.wasmtime_config_memory_may_move_set(config, False)
        lib.wasmtime_config_memory_init_cow_set(config, True)
        return lib.wasm_engine_new_with_config(config)

    def _address(self, name: str) -> int:
        return int(self._ffi.cast("uintptr_t", self._ffi.addressof(self._lib, name)))

    def _own_address(self, name: str) -> Any:
        ffi = self._own_ffi
        address = int(ffi.cast("uintptr_t", ffi.addressof(self._own, name)))
        return self._ffi.cast("void *", address)

    def _new_functions(self) -> Any:
        functions = self._own_ffi.new("EngoRuntime *")
        functions.call = self._address("wasmtime_func_call_unchecked")
        functions.caller_context = self._address("wasmtime_caller_context")
        functions.context_data = self._address("wasmtime_context_get_data")
        functions.error_new = self._address("wasmtime_error_new")
        functions.error_delete = self._address("wasmtime_error_delete")
        functions.trap_delete = self._address("wasm_trap_delete")
        functions.trap_code = self._address("wasmtime_trap_code")
        functions.bump = self._address("wasmtime_engine_increment_epoch")
        functions.engine = int(self._ffi.cast("uintptr_t", self.engine))
        return functions

    def _new_linker(self) -> Any:
        linker = self._lib.wasmtime_linker_new(self.engine)
        data = self._ffi.cast(
            "void *", int(self._own_ffi.cast("uintptr_t", self._functions))
        )
        for name, parameters in ((b"emit", 1), (b"wait", 0)):
            function = self._new_type(parameters)
            self._check(
                self._lib.wasmtime_linker_define_func_unchecked(
                    linker, b"engo", 4, name, len(name), function,
                    self._own_address(f"engo_carrier_{name.decode()}"), data,
                    self._ffi.NULL,
                )
            )  # fmt: skip
            self._lib.wasm_functype_delete(function)
        return linker

    def _new_type(self, parameters: int) -> Any:
        """The type of a function of so many i32 that returns an i32."""
        lib, ffi = self._lib, self._ffi
        vectors = []
        for count in (parameters, 1):
            types = ffi.new("wasm_valtype_t *[]", [lib.wasm_valtype_new(_I32)] * count)
            vector = ffi.new("wasm_valtype_vec_t *")
            lib.wasm_valtype_vec_new(vector, count, types)
            vectors.append(vector)
        return lib.wasm_functype_new(*vectors)

    def _check(self, error: Any, trap: Any = None) -> None:
        """Raises RuntimeFailed when there is an error or a trap."""
        lib, ffi = self._lib, self._ffi
        if not error and not trap:
            return
        text = ffi.new("wasm_byte_vec_t *")
        if error:
            lib.wasmtime_error_message(error, text)
            lib.wasmtime_error_delete(error)
        else:
            lib.wasm_trap_message(trap, text)
            lib.wasm_trap_delete(trap)
        message = bytes(ffi.buffer(text.data, text.size))
        lib.wasm_byte_vec_delete(text)
        raise RuntimeFailed(message.decode("utf-8", "replace").rstrip("\0"))
