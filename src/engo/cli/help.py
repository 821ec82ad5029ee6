"""The help texts, written from the tables of the verbs."""

from __future__ import annotations

from textwrap import wrap

from .catalog import all_verbs
from .grammar import COMMON

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .grammar import Verb

WIDTH = 80
VERSION = ("-V, --version", "print the version")
CODES = "Exit codes: 0 done, 1 failed, 2 wrong command line, 130 interrupted."
MAX_TERM = 32  # columns; longer terms have their text on the next line


def overview() -> str:
    """What `engo --help` prints."""
    rows = [(_name(verb), verb.summary) for verb in all_verbs()]
    options = [VERSION, *((option.shown(), option.help) for option in COMMON)]
    return "\n".join(
        [
            "Usage: engo <command> [options]",
            "",
            "Runs JavaScript you do not trust, and keeps what it makes under names.",
            "",
            "Commands:",
            *table(rows),
            "",
            "Options:",
            *table(options),
            "",
            "Examples:",
            "  engo eval '1 + 1'",
            "  engo eval '10' -n ten && engo eval 'ten * 2' ten",
            "",
            "'engo <command> --help' says more about a command.",
            CODES,
        ]
    )


def page(verb: Verb) -> str:
    """What `engo VERB --help` prints."""
    lines = [usage(verb), "", *wrap(_sentence(verb), WIDTH)]
    if verb.arguments:
        rows = [(argument.name, argument.help) for argument in verb.arguments]
        lines += ["", "Arguments:", *table(rows)]
    options = [(option.shown(), option.help) for option in (*verb.options, *COMMON)]
    lines += ["", "Options:", *table(options)]
    if verb.details:
        lines += ["", *wrap(verb.details, WIDTH)]
    if verb.examples:
        lines += ["", "Examples:"]
        for command, effect in verb.examples:
            lines.append(f"  {command}")
            if effect:
                lines.append(f"      {effect}")
    return "\n".join(lines)


def usage(verb: Verb) -> str:
    words = " ".join(argument.shown() for argument in verb.arguments)
    return f"Usage: engo {_name(verb)} [options] {words}".rstrip()


def _name(verb: Verb) -> str:
    return "|".join([verb.name, *verb.aliases])


def _sentence(verb: Verb) -> str:
    return f"{verb.summary[0].upper()}{verb.summary[1:]}."


def table(rows: list[tuple[str, str]]) -> list[str]:
    """Terms and their texts in two columns."""
    span = min(max(len(term) for term, _ in rows), MAX_TERM) + 2
    lines: list[str] = []
    for term, text in rows:
        first, *rest = wrap(text, WIDTH - 2 - span)
        if len(term) + 2 > span:
            lines += [f"  {term}", f"  {'':{span}}{first}"]
        else:
            lines.append(f"  {term:{span}}{first}")
        lines += [f"  {'':{span}}{more}" for more in rest]
    return lines
