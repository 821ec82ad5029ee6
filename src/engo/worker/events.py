"""What a worker tells its supervisor, besides answers to requests."""

from typing import NamedTuple

from engo.worker.errors import GuestError


class WorkerReady(NamedTuple):
    """The machine exists and is confined."""

    build: str  # the build's id
    engine: str  # the engine's signature


class CommandReceived(NamedTuple):
    """The guest's issueCommand (sync: it waits) or postCommand."""

    id: int
    data: bytes
    sync: bool


class ConsoleLine(NamedTuple):
    """One message of the guest's console."""

    level: str  # debug, log, info, warn, error
    tag: str  # the `$id` of the evaluation that printed, or ""
    text: str  # may hold newlines; at most 65,000 bytes of UTF-8


class CapTPReceived(NamedTuple):
    """One captp0 message: UTF-8 JSON."""

    data: bytes


class ErrorTraced(NamedTuple):
    """An error was sent over CapTP under this id."""

    error_id: str
    error: GuestError


class RejectionReported(NamedTuple):
    """A promise was rejected and not handled at the end of a crank."""

    error: GuestError


class ChunkReceived(NamedTuple):
    """A piece of a snapshot, in order."""

    id: int  # of the request
    data: bytes


class WorkerStatus(NamedTuple):
    """The answer to `status()`."""

    heap: int  # bytes of chunks and slots in use
    limit: int  # bytes they may reach
    cranks: int  # cranks run so far
    meter: int  # computrons used so far
