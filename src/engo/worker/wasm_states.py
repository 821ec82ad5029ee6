"""The state of a suspended machine, looked at before a machine sees it."""

from engo.wasm.delta import Delta, DeltaError, DeltaWrongKey, read_delta
from engo.worker.errors import SnapshotAltered, SnapshotForeign, SnapshotWrongKey


def checked_state(state: bytes, key: bytes, build: str) -> Delta:
    """What was suspended.

    Raises SnapshotAltered, SnapshotForeign or SnapshotWrongKey for bytes that are no
    state of this build and key.
    """
    try:
        delta = read_delta(state, key)
    except DeltaWrongKey as error:
        raise SnapshotWrongKey(str(error)) from error
    except DeltaError as error:
        raise SnapshotAltered(str(error)) from error
    if delta.build != build:
        raise SnapshotForeign(
            f"expected a machine of build {build}, got one of {delta.build}"
        )
    return delta
