"""Values to bodies and back, in both formats; the front of capdata and smallcaps.

`slot_for(capability)` gives `(slot, iface or None)` and raises NotPassable for what
is no capability; `value_for(slot, iface)` gives the capability; `error_id(exception)`
gives the id under which an error is sent, or None.
"""

from __future__ import annotations

from . import capdata
from .capdata import Encoder
from .errors import NotPassable
from .limits import DEFAULT_LIMITS, Limits

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .capdata import ErrorId, SlotFor, ValueFor


def no_slots(value: object) -> tuple[str, str | None]:
    """A `slot_for` that knows no capability."""
    raise NotPassable(f"expected plain data, came {type(value).__name__}")


def no_error_id(error: BaseException) -> None:
    """An `error_id` that names no error."""


def encode_capdata(
    value: object,
    slot_for: SlotFor = no_slots,
    error_id: ErrorId = no_error_id,
    limits: Limits = DEFAULT_LIMITS,
) -> tuple[str, list[str]]:
    """`(body, slots)` of a value; raises NotPassable."""
    encoder = Encoder(slot_for, error_id, limits.depth)
    return encoder.encode(value), encoder.slots


def encode_smallcaps(
    value: object,
    slot_for: SlotFor = no_slots,
    error_id: ErrorId = no_error_id,
    limits: Limits = DEFAULT_LIMITS,
) -> tuple[str, list[str]]:
    """`(body, slots)` of a value, the body with its leading `#`."""
    from .smallcaps import SmallcapsEncoder  # not on the path of a ping

    encoder = SmallcapsEncoder(slot_for, error_id, limits.depth)
    return encoder.encode(value), encoder.slots


def decode(
    body: str, slots: list[str], value_for: ValueFor, limits: Limits = DEFAULT_LIMITS
) -> object:
    """The value of a body of either format; raises RemoteProtocolError."""
    if body[:1] == "#":
        from .smallcaps import decode as decode_smallcaps

        return decode_smallcaps(body, slots, value_for, limits)
    return capdata.decode(body, slots, value_for, limits)
