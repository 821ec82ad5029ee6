"""JSON of `deliver_json`, out and back, with its limits."""

import json
from typing import Any

from engo.frames.errors import RemoteProtocolError
from engo.frames.json_guard import check_json
from engo.worker.errors import UsageError
from engo.worker.values import parse_json


def json_bytes(value: object, limit: int) -> bytes:
    """The value as UTF-8 JSON.

    Raises UsageError for what JSON cannot say, JsonTooDeep or JsonTooLong.
    """
    try:
        text = json.dumps(
            value, ensure_ascii=False, allow_nan=False, separators=(",", ":")
        )
    except (TypeError, ValueError, RecursionError) as error:
        raise UsageError(
            f"expected a value that JSON can say, got one it cannot: {error}"
        ) from error
    data = text.encode("utf-8", "surrogatepass")
    check_json(data, limit=limit)
    return data


def from_json(answer: Any) -> Any:
    """Bytes as the JSON they hold; anything else as it is.

    Raises UsageError when the guest's bytes are no JSON.
    """
    if not isinstance(answer, bytes):
        return answer
    try:
        return parse_json(answer.decode("utf-8", "surrogatepass"))
    except (ValueError, RemoteProtocolError) as error:
        raise UsageError(
            f"expected the guest to answer with JSON, got {answer[:40]!r}: {error}; "
            "use deliver for other bytes"
        ) from error
