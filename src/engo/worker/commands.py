"""What a host's callable answers to a guest's command, as bytes for the link."""

from collections.abc import Awaitable, Callable
from typing import Any

from engo.worker.errors import UsageError

CommandAnswer = bytes | bytearray | memoryview | str | None
"""bytes-like as it is, str as UTF-8, None as no bytes."""
CommandHandler = Callable[[bytes], CommandAnswer | Awaitable[CommandAnswer]]
"""Called with the command's bytes; only the async worker awaits."""

NO_HANDLER = "the host answers no commands"
_MAX_ERROR = 10_000  # characters of an exception's text that the guest gets


def answer_bytes(answer: Any) -> bytes:
    """The answer as bytes; raises UsageError for anything else."""
    if isinstance(answer, bytes):
        return answer
    if isinstance(answer, (bytearray, memoryview)):
        return bytes(answer)
    if isinstance(answer, str):
        return answer.encode("utf-8", "surrogatepass")
    if answer is None:
        return b""
    raise UsageError(
        f"expected on_call to return bytes, str or None, got {type(answer).__name__}; "
        "encode it, for example with json.dumps"
    )


def error_text(error: BaseException) -> str:
    """The text that the guest's Error gets."""
    text = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return text[:_MAX_ERROR].encode("utf-8", "replace").decode()
