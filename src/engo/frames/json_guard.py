"""JSON looked at before it is delivered: size and depth.

XS ends its whole machine on JSON that is too deep, so depth is counted here.
This does not validate JSON; a parser does that.
"""

import re
from typing import Final

from engo.frames.constants import MAX_JSON_DEPTH, MAX_MESSAGE
from engo.frames.errors import LocalProtocolError

_TOKEN: Final = re.compile(rb'"(?:[^"\\]|\\.)*+"?|[\[{\]}]', re.DOTALL)


class JsonTooDeep(LocalProtocolError):
    """JSON nests deeper than the receiver bears."""


class JsonTooLong(LocalProtocolError):
    """JSON is longer than a message may be."""


def nests_deeper(text: bytes, limit: int) -> bool:
    """Whether the JSON nests deeper than `limit`.

    Costs two counts for text with few brackets, else one pass over its tokens.
    """
    if text.count(b"[") + text.count(b"{") <= limit:
        return False
    depth = 0
    for match in _TOKEN.finditer(text):
        token = match.group()
        if token in b"[{":
            depth += 1
            if depth > limit:
                return True
        elif token in b"]}":
            depth -= 1
    return False


def check_json(
    text: bytes, *, limit: int = MAX_MESSAGE, depth: int = MAX_JSON_DEPTH
) -> None:
    """Raises JsonTooLong or JsonTooDeep for what must not be delivered."""
    if len(text) > limit:
        raise JsonTooLong(
            f"expected JSON of at most {limit} bytes, got {len(text)}; send it in parts"
        )
    if nests_deeper(text, depth):
        raise JsonTooDeep(
            f"expected JSON nested at most {depth} deep, got more; send a flatter value"
        )
