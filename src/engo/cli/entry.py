"""The command line's entry: find the verb, parse, run, and turn errors into codes.

It knows no verb. Exit codes are those of codes.py; a failure is one line on stderr,
with a traceback only under `--debug`.
"""

from __future__ import annotations

import sys

from . import codes, output
from .errors import CommandError, Failure, UsageError

DEBUG = "--debug"


def main(arguments: list[str] | None = None) -> int:
    """Run one command; gives the exit code."""
    words = sys.argv[1:] if arguments is None else arguments
    output.prepare()
    try:
        code = _run(words)
        output.flush()
        return code
    except BrokenPipeError:
        output.abandon()
        return codes.PIPE_CLOSED
    except KeyboardInterrupt:
        return codes.INTERRUPTED
    except Exception as error:
        return _failed(error, DEBUG in words)


def _run(words: list[str]) -> int:
    if words[:1] == [DEBUG]:
        words = words[1:]
    name, rest = (words[0], words[1:]) if words else ("help", [])
    if name in ("-V", "--version"):
        return _version()
    if name in ("-h", "--help", "help"):
        return _help(rest)
    from .catalog import find

    verb = find(name)
    if verb is None:
        kind = "option" if name.startswith("-") else "command"
        raise UsageError(f"error: unknown {kind} '{name}'. See 'engo --help'.")
    from .parser import parse

    given = parse(verb, rest)
    if given.has("help"):
        return _help([verb.name])
    return verb.run(given) or codes.OK


def _version() -> int:
    from engo import __version__

    output.line(__version__)
    return codes.OK


def _help(words: list[str]) -> int:
    from .catalog import find
    from .help import overview, page

    named = [word for word in words if not word.startswith("-")]
    if not named:
        output.line(overview())
        return codes.OK
    verb = find(named[0])
    if verb is None:
        raise UsageError(f"error: unknown command '{named[0]}'. See 'engo --help'.")
    output.line(page(verb))
    return codes.OK


def _failed(error: Exception, debug: bool) -> int:
    """Print what went wrong; gives the exit code."""
    if debug:
        import traceback

        output.console(traceback.format_exc().rstrip("\n"))
    try:
        output.flush()
    except BrokenPipeError:
        output.abandon()
    if isinstance(error, CommandError):
        output.note(str(error))
        if debug and isinstance(error, Failure) and error.detail:
            output.console(error.detail)
        return error.code
    output.note(_line_of(error))
    return codes.FAILURE


def _line_of(error: Exception) -> str:
    """One line for what no verb foresaw."""
    if isinstance(error, TimeoutError):
        return "the Engo daemon does not answer; 'engo restart' starts a new one"
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror or error}"
    from engo.captp.errors import CapTPError

    if isinstance(error, (CapTPError, ValueError)):
        return f"{getattr(error, 'js_name', 'Error')}: {error}"
    return f"{type(error).__name__}: {error}; 'engo --debug ...' shows where"
