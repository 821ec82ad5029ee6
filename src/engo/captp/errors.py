"""Every exception that CapTP raises on purpose, and nothing else.

    CapTPError
    ├── LocalProtocolError        our side asked for something impossible
    │   ├── NotPassable           a value has no form on the wire
    │   ├── OutgoingTooLarge      a message of ours is over the limit
    │   ├── TooManyQuestions      more unanswered calls than the limit
    │   └── TooManyExports        more objects given to the peer than the limit
    ├── RemoteProtocolError       the peer sent what it may not send
    │   ├── MalformedMessage      no JSON, no UTF-8, or a member is missing or mistyped
    │   ├── MessageTooLarge       over the size limit
    │   ├── NestingTooDeep        over the depth limit
    │   ├── TooManyValues         over the limit of values in one message
    │   ├── TooManySlots          over the limit of capabilities in one message
    │   ├── TableFull             one of the connection's tables is full
    │   └── UnknownSlot           a name that was never given, or was freed
    └── Disconnected              the session has ended

The type says whose fault it is. Any other exception out of this room is a bug.
"""

from __future__ import annotations


class CapTPError(Exception):
    """The root; `js_name` is the error name a JavaScript peer sees."""

    js_name: str = "Error"


class LocalProtocolError(CapTPError):
    """Our side asked for something that the protocol cannot do."""


class NotPassable(LocalProtocolError):
    """A value has no form on the wire."""

    js_name = "TypeError"


class OutgoingTooLarge(LocalProtocolError):
    """A message of ours would be over the size limit; nothing was sent."""


class TooManyQuestions(LocalProtocolError):
    """More calls are unanswered than `Limits.questions` allows."""


class TooManyExports(LocalProtocolError):
    """The peer holds as many of our objects as `Limits.exports` allows."""


class RemoteProtocolError(CapTPError):
    """The peer broke the protocol.

    `question_id` is set when the broken message was a question that can be
    answered, so that its caller learns of it instead of waiting for ever;
    `promise_id` when it was meant to settle something that we wait for.
    """

    question_id: str | None = None
    promise_id: str | None = None


class MalformedMessage(RemoteProtocolError):
    """No JSON, no UTF-8, or a member that is missing or of the wrong type."""

    js_name = "SyntaxError"


class MessageTooLarge(RemoteProtocolError):
    """A message is over `Limits.message` bytes."""

    js_name = "RangeError"


class NestingTooDeep(RemoteProtocolError):
    """A message or body nests deeper than `Limits.depth`."""

    js_name = "RangeError"


class TooManyValues(RemoteProtocolError):
    """A message or body holds more than `Limits.values` values."""

    js_name = "RangeError"


class TooManySlots(RemoteProtocolError):
    """A message names more than `Limits.slots` capabilities."""

    js_name = "RangeError"


class TableFull(RemoteProtocolError):
    """A table of the connection has reached its limit."""

    js_name = "RangeError"


class UnknownSlot(RemoteProtocolError):
    """A slot, question or promise that was never given out, or was freed."""


class Disconnected(CapTPError):
    """The session ended; `reason` is what the peer gave as raw JSON, or None."""

    def __init__(self, message: str, reason: object = None) -> None:
        super().__init__(message)
        self.reason = reason
