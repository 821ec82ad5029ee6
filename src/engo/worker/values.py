"""Values and errors of the link as Python values.

| JavaScript | Python |
|---|---|
| undefined, null | None |
| boolean, string | bool, str |
| number | int when the worker sent an integer, else float |
| bigint | int |
| ArrayBuffer, Uint8Array | bytes |
| array, plain object | list, dict (by way of JSON) |
"""

import json
from typing import Any

from engo.frames.constants import MAX_BIGINT_DIGITS
from engo.frames.control import Control
from engo.frames.errors import RemoteProtocolError
from engo.frames.json_guard import nests_deeper
from engo.worker.errors import GuestError

_CHUNK_DIGITS = 4_000  # below CPython's own limit of 4,300 for int(text)
_PYTHON_JSON_DEPTH = 500  # well inside CPython's recursion limit of 1,000


def parse_json(text: str) -> Any:
    """JSON of a worker as a Python value; raises RemoteProtocolError."""
    if nests_deeper(text.encode("utf-8", "surrogatepass"), _PYTHON_JSON_DEPTH):
        raise GuestError(
            "RangeError",
            f"the result nests deeper than {_PYTHON_JSON_DEPTH}: return a flatter one",
        )
    try:
        return json.loads(text)
    except ValueError as error:
        raise RemoteProtocolError(f"expected JSON in a result, got: {error}") from error


def parse_bigint(text: str) -> int:
    """Decimal digits as an int; raises GuestError above 100,000 of them."""
    sign = -1 if text.startswith("-") else 1
    digits = text[1:] if sign < 0 else text
    if not (digits.isascii() and digits.isdigit()):
        raise RemoteProtocolError(
            f"expected the decimal digits of a BigInt, got {text[:40]!r}"
        )
    if len(digits) > MAX_BIGINT_DIGITS:
        raise GuestError(
            "RangeError",
            f"the result is a BigInt of {len(digits)} digits, more than "
            f"{MAX_BIGINT_DIGITS}: return String(value) instead",
        )
    value = 0
    for start in range(0, len(digits), _CHUNK_DIGITS):
        chunk = digits[start : start + _CHUNK_DIGITS]
        value = value * 10 ** len(chunk) + int(chunk)
    return sign * value


def result_value(message: Control) -> Any:
    """The value of a `result`.

    Raises GuestError for a value too large to convert, RemoteProtocolError for
    text that is not what it claims to be.
    """
    if "value" in message:
        return message["value"]
    if "json" in message:
        return parse_json(message["json"])
    if "bigint" in message:
        return parse_bigint(message["bigint"])
    return None


def traced_error(message: Control) -> GuestError:
    """The error of a `trace` or `rejection`."""
    return GuestError(
        message["name"],
        message["message"],
        message["stack"],
        message["file"],
        max(message["line"], 0),
    )


def guest_error(message: Control) -> GuestError:
    """The error of an `error`."""
    error = traced_error(message)
    if "thrown" in message:
        try:
            error.thrown = parse_json(message["thrown"])
        except GuestError:
            error.thrown = None  # too deep to show; the message says what it was
    return error
