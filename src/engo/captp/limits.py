"""The limits of one CapTP session; plain numbers, no behaviour.

Each is tested at the limit and one past it.
"""

from __future__ import annotations

# The same as the worker link's MAX_MESSAGE: what a socket lets in fits a worker.
MAX_MESSAGE = 16 * 1024 * 1024
# Python's recursion limit is 1,000 and the C scanner of 3.11 counts against it;
# 256 leaves three quarters to whoever calls us. XS aborts on deep JSON much later.
MAX_DEPTH = 256
# A value costs up to some 230 bytes once parsed, so one message costs at most that
# many megabytes.
MAX_VALUES = 1_000_000
MAX_SLOTS = 65_536
# Stock @endo/captp never frees an answer or an export, so a long-lived client fills
# these tables one entry a call; only a peer that has leaked this much is cut off.
MAX_ANSWERS = 1 << 20
MAX_EXPORTS = 1 << 20
MAX_IMPORTS = 1 << 20
# Unanswered calls of ours.
MAX_QUESTIONS = 1 << 16
# CPython refuses to convert longer decimal text, because that takes quadratic time.
MAX_DIGITS = 4_300


class Limits:
    """What one session accepts; every argument is a maximum."""

    __slots__ = (
        "answers",
        "depth",
        "exports",
        "imports",
        "message",
        "questions",
        "slots",
        "values",
    )

    def __init__(
        self,
        *,
        message: int = MAX_MESSAGE,
        depth: int = MAX_DEPTH,
        values: int = MAX_VALUES,
        slots: int = MAX_SLOTS,
        answers: int = MAX_ANSWERS,
        exports: int = MAX_EXPORTS,
        imports: int = MAX_IMPORTS,
        questions: int = MAX_QUESTIONS,
    ) -> None:
        self.message = message  # bytes of one message
        self.depth = depth  # arrays and objects inside one another
        self.values = values  # values in one message, and in one body
        self.slots = slots  # capabilities named by one message
        self.answers = answers  # answers kept for the peer
        self.exports = exports  # objects and promises given to the peer
        self.imports = imports  # objects and promises held of the peer
        self.questions = questions  # our own calls without an answer


DEFAULT_LIMITS = Limits()
