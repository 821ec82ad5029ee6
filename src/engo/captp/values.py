"""Passable values that Python has no type for, and errors as JavaScript names them.

    JavaScript        Python
    null              None
    undefined         Undefined (singleton)
    boolean           bool
    number            int or float (an int must be exactly representable as a double)
    bigint            BigInt
    string            str (lone surrogates allowed)
    symbol            Symbol
    array             list (tuples may be sent)
    record            dict with str keys
    tagged            Tagged
    error             RemoteError when received; any exception may be sent
    remotable         Remotable (ours) or Presence (the peer's)
    promise           Promise

Nothing here knows of a session or of the wire.
"""

from __future__ import annotations


class UndefinedType:
    """The type of JavaScript's undefined; false in a condition, like None."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "Undefined"

    def __bool__(self) -> bool:
        return False


Undefined = UndefinedType()


class BigInt(int):
    """A JavaScript bigint; counts like an int, and is sent as a bigint."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"{int(self)}n"

    __str__ = int.__repr__


WELL_KNOWN_SYMBOLS = frozenset(
    "@@" + name
    for name in (
        "asyncIterator",
        "hasInstance",
        "isConcatSpreadable",
        "iterator",
        "match",
        "matchAll",
        "replace",
        "search",
        "species",
        "split",
        "toPrimitive",
        "toStringTag",
        "unscopables",
    )
)


class Symbol:
    """A passable symbol by its name on the wire.

    `@@iterator` is the well-known one; a registered symbol has its key as name,
    with `@@` in front of a key that itself begins so.
    """

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        ours = not name.startswith("@@") or name.startswith("@@@@")
        if not ours and name not in WELL_KNOWN_SYMBOLS:
            raise ValueError(
                f"expected a well-known symbol after '@@', came {name!r}; "
                "use Symbol.registered() for a key of your own"
            )
        self.name = name

    @classmethod
    def registered(cls, key: str) -> Symbol:
        """JavaScript's `Symbol.for(key)`."""
        return cls("@@" + key if key.startswith("@@") else key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Symbol) and other.name == self.name

    def __hash__(self) -> int:
        return hash((Symbol, self.name))

    def __repr__(self) -> str:
        return f"Symbol({self.name!r})"


class Tagged:
    """A tagged value, such as a pattern or a copySet."""

    __slots__ = ("payload", "tag")

    def __init__(self, tag: str, payload: object) -> None:
        self.tag = tag
        self.payload = payload

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Tagged)
            and other.tag == self.tag
            and other.payload == self.payload
        )

    __hash__ = None  # type: ignore[assignment]  # the payload may be a list

    def __repr__(self) -> str:
        return f"Tagged({self.tag!r}, {self.payload!r})"


class JSError(Exception):
    """Raise this, or one below, to fail a call with a JavaScript error's name."""

    js_name: str = "Error"


class JSTypeError(JSError):
    js_name = "TypeError"


class JSRangeError(JSError):
    js_name = "RangeError"


class JSReferenceError(JSError):
    js_name = "ReferenceError"


class JSSyntaxError(JSError):
    js_name = "SyntaxError"


class RemoteError(JSError):
    """An error that came from a peer.

    `js_name` is its name as sent, `message` its text, `error_id` the sender's id
    for it (None when it gave none), `details` what else it carried (`cause`…).
    """

    def __init__(
        self,
        name: str,
        message: str,
        error_id: str | None = None,
        details: dict[str, object] | None = None,
    ) -> None:
        super().__init__(message)
        self.js_name = name
        self.message = message
        self.error_id = error_id
        self.details = details

    def __repr__(self) -> str:
        return f"RemoteError({self.js_name!r}, {self.message!r}, {self.error_id!r})"


class Thrown(Exception):
    """A rejection whose reason is not an error: `value` is that reason.

    Raise it to reject with a plain value.
    """

    def __init__(self, value: object) -> None:
        super().__init__(f"thrown: {value!r}")
        self.value = value


def error_name(error: BaseException) -> str:
    """The JavaScript name under which an exception is sent."""
    name = getattr(error, "js_name", None)
    if isinstance(name, str):
        return name
    return "TypeError" if isinstance(error, TypeError) else "Error"
