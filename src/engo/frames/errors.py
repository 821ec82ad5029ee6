"""Errors of the worker link.

    FrameError
    ├── LocalProtocolError   we asked for what the link cannot carry
    └── RemoteProtocolError  the other side broke `docs/frames.md`

After a RemoteProtocolError the link is of no more use; close it.
"""


class FrameError(Exception):
    """Something is wrong on the worker link."""


class LocalProtocolError(FrameError, ValueError):
    """Our own side asked for what the link cannot carry; nothing was sent."""


class RemoteProtocolError(FrameError):
    """The other side broke the protocol; the link cannot be used any more."""
