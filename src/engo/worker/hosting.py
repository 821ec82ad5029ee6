"""The process that hosts machines: its main, its orders, its confinement.

Started by `engo.powers.package.host_command` with a control socket as descriptor 3.
It loads code and images, gives everything else up, and serves until the socket
closes. Machines run on threads that never need the interpreter; the one thread here
makes them, kills them and sees them off.
"""

import gc
import os
import select
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from engo.frames.errors import RemoteProtocolError
from engo.frames.hosting import (
    BARE,
    HOST_VERSION,
    IMAGE,
    MAX_DATAGRAM,
    MAX_DESCRIPTORS,
    SNAPSHOT,
    Ended,
    Kill,
    Open,
    Ready,
    Report,
    Suspend,
    Suspended,
    decode_order,
    encode_report,
)
from engo.native.hosting import HostLoop, confine, map_page
from engo.native.vm import ALIVE, RuntimeFailed, Vm
from engo.powers.hosting import CONTROL, ControlSocket, raise_descriptor_limit
from engo.powers.package import (
    HOST_CACHE_VARIABLE,
    HOST_IMAGES_VARIABLE,
    HOST_MEMORY_VARIABLE,
)
from engo.wasm.delta import DeltaError
from engo.wasm.pages import Pages, read_pages, write_pages
from engo.worker.errors import EngoError
from engo.worker.launch import ORDINARY
from engo.worker.wasm_images import (
    WasmImage,
    WasmImages,
    closed_on_error,
    pages_of,
    put_pages,
)

if TYPE_CHECKING:
    from engo.powers.memory import SealedMemory

BAD_ORDER: Final = 65
NO_MACHINE: Final = 71


class Machine(NamedTuple):
    """One machine of this host."""

    vm: Vm
    origin: WasmImage | None  # the image it began with; None: it has no state


class Hosting:
    """The machines of this process."""

    def __init__(self, control: ControlSocket, images: WasmImages) -> None:
        self._control = control
        self._images = images
        self._loop = HostLoop(control.fileno())
        self._snapshots: dict[str, SealedMemory] = {}
        self._machines: dict[int, Machine] = {}
        self._files: dict[int, tuple[int, int]] = {}  # suspending: file, most bytes

    def prepare(self, memory: int, names: Sequence[str]) -> None:
        """Load everything that will be needed, images too; then give all else up."""
        self._images.blank()
        for name in names:
            # Mapped for the first time, which takes memory files and executable pages.
            self._images.runtime.spawn(self._images.image(name).module, 1 << 32).close()
            self._snapshots[name] = self._images.snapshot(name)
        self._images.restore(self._snapshots[names[0]].read(), 1 << 32).close()
        gc.collect()
        gc.freeze()
        confine(CONTROL, memory)
        self._report(Ready(HOST_VERSION, self._images.build()))

    def serve(self) -> None:
        """Until the control socket closes. Raises RemoteProtocolError."""
        while True:
            number = self._loop.serve()
            if number:
                self._look(number)
            elif not self._take_orders():
                return

    # Orders

    def _take_orders(self) -> bool:
        while True:
            try:
                data, descriptors = self._control.receive()
            except BlockingIOError:
                return True
            if not data:
                return False
            order = decode_order(data, len(descriptors))
            if isinstance(order, Open):
                self._open(order, *descriptors)
            elif order.vm not in self._machines:
                _close_all(descriptors)  # it has ended, as they will hear
            elif isinstance(order, Kill):
                self._machines[order.vm].vm.kill()
            else:
                self._suspend(order, *descriptors)

    def _open(self, order: Open, link_in: int, link_out: int, *rest: int) -> None:
        if order.vm in self._machines:
            raise RemoteProtocolError(f"expected a new machine, got {order.vm}")
        try:
            machine = self._make(order, *rest)
        except (RuntimeFailed, EngoError, DeltaError, MemoryError, OSError) as error:
            self._report(Ended(order.vm, NO_MACHINE, str(error)))
            _close_all([link_in, link_out])
            return
        finally:
            _close_all(rest)
        self._machines[order.vm] = machine
        try:
            self._loop.add(machine.vm, order.vm, link_in, link_out)
        except OSError as error:
            self._ended(order.vm, NO_MACHINE, str(error))

    def _make(self, order: Open, page: int, body: int = -1) -> Machine:
        machine = self._instance(order, body)
        with closed_on_error(machine.vm):
            map_page(machine.vm, page)
        return machine

    def _instance(self, order: Open, body: int) -> Machine:
        images = self._images
        if order.source == BARE:
            return Machine(images.new_vm(images.blank(), order.memory), None)
        if order.source == SNAPSHOT:
            data = _read(body, order.length)
            return Machine(images.restore(data, order.memory), None)
        image = images.image(order.name)
        if order.source == IMAGE and order.stack != image.places.stack:
            snapshot = self._snapshots[order.name].read()
            return Machine(images.restore(snapshot, order.memory), None)
        vm = images.runtime.spawn(image.module, order.memory)
        with closed_on_error(vm):
            if order.source == IMAGE:
                vm.bind(image.places)
            else:
                _put(vm, read_pages(_read(body, order.length)), image)
        return Machine(vm, image)

    # Suspension

    def _suspend(self, order: Suspend, file: int) -> None:
        machine = self._machines[order.vm]
        if machine.origin is None or order.vm in self._files:
            os.close(file)
            self._report(Suspended(order.vm, 0))
            return
        self._files[order.vm] = (file, order.most)
        self._loop.call(machine.vm, "prepare", 0)

    def _suspended(self, number: int) -> None:
        """Its call is done: write the state, or say that it has none."""
        file, most = self._files.pop(number)
        machine = self._machines[number]
        length = 0
        try:
            if machine.vm.status == ALIVE and machine.vm.result == 1:
                length = _write(file, _state(machine), most)
        except OSError as error:
            _complain(f"the state of a machine cannot be written: {error}")
        finally:
            os.close(file)
        self._report(Suspended(number, length))

    # Ends

    def _look(self, number: int) -> None:
        """A machine has ended, or its call is done."""
        machine = self._machines.get(number)
        if machine is None:
            return
        if number in self._files:
            self._suspended(number)
        if machine.vm.status != ALIVE and machine.vm.resting:
            self._ended(number, machine.vm.status, "")

    def _ended(self, number: int, status: int, reason: str) -> None:
        machine = self._machines.pop(number)
        self._report(Ended(number, status, reason))
        self._loop.remove(machine.vm)
        machine.vm.close()

    def _report(self, report: Report) -> None:
        data = encode_report(report)
        while True:
            try:
                self._control.send(data)
                return
            except BlockingIOError:
                poll = select.poll()
                poll.register(self._control.fileno(), select.POLLOUT)
                poll.poll()
            except OSError:
                return  # nobody is there any more, which the next receive tells


def _read(file: int, length: int) -> bytes:
    data = os.pread(file, length, 0)
    if len(data) != length:
        raise OSError(f"expected {length} bytes of a body, got {len(data)}")
    return data


def _put(vm: Vm, found: Pages, image: WasmImage) -> None:
    """Make a VM of the image what it was when it was suspended."""
    if found.image_digest != image.digest:
        raise DeltaError(
            f"expected a machine that began as this build's image {image.name}, got "
            "one of another"
        )
    put_pages(vm, image, found.memory, found.pages)


def _state(machine: Machine) -> list[bytes | memoryview]:
    vm, origin = machine
    assert origin is not None
    return write_pages(Pages(origin.digest, vm.size, pages_of(vm, origin)))


def _write(file: int, parts: list[bytes | memoryview], most: int) -> int:
    """All of it; its length. Raises OSError when it is too long."""
    length = sum(map(len, parts))
    if length > most:
        raise OSError(f"expected at most {most} bytes, got {length}")
    at = 0
    for part in parts:
        view = memoryview(part)
        while view:
            written = os.pwrite(file, view, at)
            at += written
            view = view[written:]
    return length


def _close_all(descriptors: list[int] | tuple[int, ...]) -> None:
    for descriptor in descriptors:
        os.close(descriptor)


def _complain(text: str) -> None:
    os.write(2, f"engo host: {text}\n".encode(errors="replace"))


def host_main() -> int:
    """The host's main; the exit status."""
    raise_descriptor_limit()
    try:
        memory = int(os.environ.get(HOST_MEMORY_VARIABLE, "0"))
        names = os.environ.get(HOST_IMAGES_VARIABLE, ",".join(ORDINARY)).split(",")
        control = ControlSocket(CONTROL, MAX_DATAGRAM, MAX_DESCRIPTORS)
        hosting = Hosting(
            control, WasmImages(folder=os.environ.get(HOST_CACHE_VARIABLE))
        )
        hosting.prepare(memory, names)
        hosting.serve()
    except RemoteProtocolError as error:
        _complain(str(error))
        return BAD_ORDER
    except MemoryError:
        _complain("out of memory")
        return NO_MACHINE
    except (EngoError, RuntimeFailed, OSError, ValueError) as error:
        _complain(str(error))
        return NO_MACHINE
    except BaseException as error:  # a traceback would need files
        _complain(f"{type(error).__name__}: {error}")
        return 1
    sys.stderr.flush()
    return 0
