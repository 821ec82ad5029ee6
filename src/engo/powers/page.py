"""The shared page of a worker: flags in, state and live meter out.

The layout is in `docs/frames.md`; all fields little-endian, naturally aligned.
Writing a flag and reading a counter cost no system call.
"""

import mmap
import struct
from typing import Final

PAGE_BYTES: Final = 4_096
MAGIC: Final = 0x4F47_4E45

_MAGIC: Final = struct.Struct("<I")
_STATE_AND_CRANKS: Final = struct.Struct("<IQ")
_U32: Final = struct.Struct("<I")
_U64: Final = struct.Struct("<Q")
_INTERRUPT: Final = 4
_DEBUG: Final = 8
_STATE: Final = 12
_CRANK_METER: Final = 24
_TOTAL_METER: Final = 32
_CPU: Final = 40

STARTING: Final = 0
IDLE: Final = 1
RUNNING: Final = 2
WAITING: Final = 3
PAUSED: Final = 4


class SharedPage:
    """One page, shared with a child; or memory of our own for one without a process."""

    __slots__ = ("_map",)

    _map: mmap.mmap | bytearray | memoryview

    def __init__(self, memory: mmap.mmap | bytearray | memoryview) -> None:
        self._map = memory
        _MAGIC.pack_into(memory, 0, MAGIC)

    @property
    def state(self) -> int:
        """STARTING, IDLE, RUNNING, WAITING or PAUSED."""
        return int(_U32.unpack_from(self._map, _STATE)[0])

    @property
    def state_and_cranks(self) -> tuple[int, int]:
        """The state and how many cranks have begun."""
        state, cranks = _STATE_AND_CRANKS.unpack_from(self._map, _STATE)
        return state, cranks

    @property
    def crank_meter(self) -> int:
        """Computrons of the crank now running."""
        return int(_U64.unpack_from(self._map, _CRANK_METER)[0])

    @property
    def total_meter(self) -> int:
        """Computrons of all finished cranks."""
        return int(_U64.unpack_from(self._map, _TOTAL_METER)[0])

    @property
    def cpu_seconds(self) -> float:
        """CPU time that it has run, where a host tells; 0 elsewhere."""
        return int(_U64.unpack_from(self._map, _CPU)[0]) / 1e9

    def interrupt(self) -> None:
        """Make the running crank end as abort `interrupted`."""
        _U32.pack_into(self._map, _INTERRUPT, 1)

    def ask_debug(self) -> None:
        """Ask the machine to serve its debugger."""
        _U32.pack_into(self._map, _DEBUG, 1)

    def close(self) -> None:
        """Unmap it; the properties may not be read after."""
        if isinstance(self._map, mmap.mmap):
            self._map.close()

    def detach(self) -> None:
        """Keep what it says now; the memory that it was in is about to go."""
        self._map = bytearray(self._map)
