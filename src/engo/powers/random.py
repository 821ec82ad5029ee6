"""The randomness power: the only caller of `secrets`.

Its fake is any object with `bytes`, for example `engo.testing.clock.FixedRandom`.
"""

import secrets
from typing import Protocol


class Random(Protocol):
    """Where keys, seeds and numbers come from."""

    def bytes(self, size: int) -> bytes:
        """So many unpredictable bytes."""
        ...


class SystemRandom:
    """The operating system's randomness."""

    __slots__ = ()

    def bytes(self, size: int) -> bytes:
        return secrets.token_bytes(size)
