"""The commands' part of docs/cli.md, written from the verbs' own tables.

    python -m engo.cli.reference docs/cli.md

rewrites what follows the marker in that file; a test compares the two.
"""

from __future__ import annotations

import sys

from .catalog import all_verbs
from .help import usage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .grammar import Verb

MARKER = "<!-- From here on written by: python -m engo.cli.reference docs/cli.md -->\n"
HEAD = """
## Commands

Every command takes `-h, --help` and `--debug`.
"""


def render() -> str:
    """What stands behind the marker."""
    return "\n".join([HEAD, *(_section(verb) for verb in all_verbs())])


def _section(verb: Verb) -> str:
    command = usage(verb).removeprefix("Usage: ")
    lines = [f"### engo {verb.name}", "", f"`{command}`", ""]
    lines.append(f"{verb.summary[0].upper()}{verb.summary[1:]}.")
    if verb.details:
        lines.append(verb.details.replace(". ", ".\n"))
    rows = [(argument.shown(), argument.help) for argument in verb.arguments]
    rows += [(option.shown(), option.help) for option in verb.options]
    if rows:
        lines += ["", "| | |", "|---|---|"]
        lines += [f"| `{term}` | {text} |" for term, text in rows]
    lines += ["", "```sh"]
    for example, effect in verb.examples:
        lines.append(f"{example}  # {effect}" if effect else example)
    return "\n".join([*lines, "```", ""])


def rewrite(path: str) -> None:
    """Replace what stands behind the marker of a file."""
    with open(path, encoding="utf-8") as file:
        kept, marker, _ = file.read().partition(MARKER)
    if not marker:
        raise ValueError(f"expected the marker line in {path}: {MARKER.strip()}")
    with open(path, "w", encoding="utf-8") as file:
        file.write(kept + marker + render())


if __name__ == "__main__":
    rewrite(sys.argv[1])
