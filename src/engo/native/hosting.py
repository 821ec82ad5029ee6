"""The C side of the process that hosts machines: its confinement, pages, pipes.

The second importer of the compiled module, beside wasm.py, whose VMs are served here.
What the control socket says is not known here.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from engo.native import _module

if TYPE_CHECKING:
    from engo.native.vm import Vm


def confine(control: int, memory: int) -> None:
    """Give up all that a host does not need; `control` is its control socket.

    `memory`: bytes of writable private memory that the process may have; 0: no limit.
    Raises OSError.
    """
    lib: Any = _module()[0]
    _check(lib.engo_confine_host(control, memory), "confine the host")


def map_page(vm: Vm, descriptor: int) -> None:
    """Put a page that is shared with the supervisor in the place of a VM's own.

    What the machine had written there stays. Raises OSError.
    """
    lib, ffi = _any_module()
    kept = bytes(vm.view(vm.page_at + 12, 28))  # state, cranks, meters: page.py
    at = ffi.cast("void *", vm.base_address + vm.page_at)
    _check(lib.engo_map_page(at, descriptor), "map the page")
    vm.view(vm.page_at + 12, 28)[:] = kept


def _any_module() -> tuple[Any, Any]:
    lib, ffi = _module()
    return lib, ffi


def _check(error: int, what: str) -> None:
    if error:
        raise OSError(error, f"expected to {what}, got: {os.strerror(error)}")


class HostLoop:
    """Moves bytes between pipes and VMs; for one thread."""

    def __init__(self, control: int) -> None:
        """Raises OSError."""
        self._lib, self._ffi = _any_module()
        self._host = self._lib.engo_host_create(control)
        if not self._host:
            raise OSError("expected the kernel to give an epoll and an eventfd")

    def add(self, vm: Vm, number: int, link_in: int, link_out: int) -> None:
        """Serve a VM by two pipes, which are the loop's now, whatever happens.

        Raises OSError.
        """
        page = self._ffi.cast("void *", vm.base_address + vm.page_at)
        _check(
            self._lib.engo_host_add(
                self._host, vm._handle, number, link_in, link_out, page
            ),
            "serve a machine",
        )

    def remove(self, vm: Vm) -> None:
        """Close the pipes of a VM that rests or has ended."""
        self._lib.engo_host_remove(self._host, vm._handle)

    def call(self, vm: Vm, name: str, argument: int) -> None:
        """Call an export once all that was sent is done; `serve` tells of it."""
        place = self._ffi.new("EngoFunction *")
        vm._fill(place, name.encode())
        self._lib.engo_host_call(self._host, vm._handle, place, argument)

    def serve(self) -> int:
        """The number of a VM that has ended or done its call; 0: the control socket
        wants attention."""
        return int(self._lib.engo_host_serve(self._host))
