"""What callers hand in, looked at before it reaches the link."""

from engo.worker.errors import UsageError


def check_str(value: object, what: str) -> None:
    """Raises UsageError when it is no str."""
    if not isinstance(value, str):
        raise UsageError(
            f"expected the {what} to be str, got {type(value).__name__}; "
            "decode it first"
        )


def check_bytes(value: object) -> bytes:
    """The value as bytes; raises UsageError when it is not bytes-like."""
    if type(value) is bytes:
        return value
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value)
    raise UsageError(
        f"expected the message to be bytes, got {type(value).__name__}; encode it, "
        "or use deliver_json"
    )
