"""The exit codes of `engo`; every failure has one that is not 0."""

from __future__ import annotations

OK = 0
FAILURE = 1  # what was asked for could not be done
USAGE = 2  # the command line itself is wrong
INTERRUPTED = 130  # Ctrl-C, as shells count it: 128 + SIGINT
PIPE_CLOSED = 141  # the reader of stdout went away: 128 + SIGPIPE
