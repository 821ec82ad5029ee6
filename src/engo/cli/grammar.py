"""What a verb is made of: arguments, options, examples. Data only.

The parser reads it, the help and docs/cli.md are written from it.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class Argument:
    """A positional argument."""

    __slots__ = ("help", "many", "name", "required")

    def __init__(
        self, name: str, help: str, *, required: bool = True, many: bool = False
    ) -> None:
        self.name = name  # as shown, and as asked for in Given
        self.help = help
        self.required = required
        self.many = many  # takes all that follow; only for the last one

    def shown(self) -> str:
        name = f"{self.name}..." if self.many else self.name
        return f"<{name}>" if self.required else f"[{name}]"


class Option:
    """An option; one without `value` is a switch."""

    __slots__ = ("flags", "help", "name", "value")

    def __init__(self, flags: str, help: str, value: str | None = None) -> None:
        self.flags = tuple(flags.split(", "))
        self.name = self.flags[-1].lstrip("-")  # as asked for in Given
        self.help = help
        self.value = value  # what the value is called, None for a switch

    def shown(self) -> str:
        flags = ", ".join(self.flags)
        return f"{flags} <{self.value}>" if self.value else flags


class Given:
    """What a command line gave to a verb."""

    __slots__ = ("arguments", "options")

    def __init__(self) -> None:
        self.arguments: dict[str, list[str]] = {}
        self.options: dict[str, str] = {}  # a switch is there as ""

    def argument(self, name: str) -> str:
        """A required argument."""
        return self.arguments[name][0]

    def maybe(self, name: str) -> str | None:
        """An argument that may be absent."""
        found = self.arguments.get(name)
        return found[0] if found else None

    def all(self, name: str) -> list[str]:
        """The values of an argument that takes many."""
        return self.arguments.get(name, [])

    def option(self, name: str) -> str | None:
        """The value of an option, None when it was not given."""
        return self.options.get(name)

    def has(self, name: str) -> bool:
        return name in self.options


class Verb:
    """One command: its words, and the function that does it."""

    __slots__ = (
        "aliases",
        "arguments",
        "details",
        "examples",
        "hidden",
        "name",
        "options",
        "run",
        "summary",
    )

    def __init__(
        self,
        name: str,
        summary: str,
        run: Callable[[Given], int | None],
        *,
        arguments: Sequence[Argument] = (),
        options: Sequence[Option] = (),
        examples: Sequence[tuple[str, str]] = (),
        details: str = "",
        aliases: Sequence[str] = (),
        hidden: bool = False,
    ) -> None:
        self.name = name
        self.summary = summary
        self.run = run  # returns an exit code, None for 0
        self.arguments = arguments
        self.options = options
        self.examples = examples  # (command line, what it does)
        self.details = details  # paragraphs for the help
        self.aliases = aliases
        self.hidden = hidden


# Options that mean the same wherever they appear.
HELP = Option("-h, --help", "show this help")
DEBUG = Option("--debug", "show a traceback when the command fails")
COMMON = (HELP, DEBUG)

AS = Option("-a, --as", "act as this agent instead of as the host", "agent")
NAME = Option("-n, --name", "keep the result under this name", "name")
JSON = Option("--json", "print the value as JSON (capdata where JSON has no word)")
