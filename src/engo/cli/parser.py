"""From words to a verb's arguments and options; driven by the tables of grammar.

Options may stand anywhere, `--name=value`, `-nvalue` and `--` work as usual, and an
option takes its value whatever it looks like (`--bigint -5`).
"""

from __future__ import annotations

from .errors import UsageError
from .grammar import COMMON, Given, Option

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .grammar import Verb


def parse(verb: Verb, words: list[str]) -> Given:
    """What the words give to a verb; raises UsageError.

    With `--help` among them, nothing that is missing is complained about.
    """
    reading = _Reading(verb, words)
    reading.run()
    return reading.given


class _Reading:
    """One pass over the words."""

    __slots__ = ("_flags", "_left", "_plain", "_verb", "given")

    def __init__(self, verb: Verb, words: list[str]) -> None:
        self._verb = verb
        self._left = words[::-1]  # still to be read, the next one last
        self._plain: list[str] = []
        self._flags: dict[str, Option] = {
            flag: option for option in (*verb.options, *COMMON) for flag in option.flags
        }
        self.given = Given()

    def run(self) -> None:
        while self._left:
            word = self._left.pop()
            if word == "--":
                self._plain.extend(self._left[::-1])
                break
            if len(word) < 2 or word[0] != "-":
                self._plain.append(word)
            elif word[1] == "-":
                self._long(word)
            else:
                self._short(word)
        self._fit()

    def _long(self, word: str) -> None:
        flag, equals, value = word.partition("=")
        option = self._flags.get(flag)
        if option is None:
            raise self._wrong(f"unknown option '{flag}'{self._takes()}")
        if equals and option.value is None:
            raise self._wrong(f"option '{flag}' takes no value, got '{value}'")
        self._set(option, flag, value if equals else None)

    def _short(self, word: str) -> None:
        """`-n x`, `-nx`, or switches together as in `-fv`."""
        flag, rest = word[:2], word[2:]
        option = self._flags.get(flag)
        if option is None:
            raise self._wrong(f"unknown option '{word}'{self._takes()}")
        if option.value is None and rest:
            self._left.append("-" + rest)
            rest = ""
        self._set(option, flag, rest or None)

    def _set(self, option: Option, flag: str, value: str | None) -> None:
        if option.value is None:
            value = ""
        elif value is None:
            if not self._left:
                raise self._wrong(f"option '{flag}' expects a value <{option.value}>")
            value = self._left.pop()
        self.given.options[option.name] = value

    def _fit(self) -> None:
        """Give the plain words to the arguments."""
        plain = self._plain
        for argument in self._verb.arguments:
            taken, plain = (plain, []) if argument.many else (plain[:1], plain[1:])
            if taken:
                self.given.arguments[argument.name] = taken
            elif argument.required and not self.given.has("help"):
                raise self._wrong(f"missing required argument '{argument.name}'")
        if plain and not self.given.has("help"):
            most = len(self._verb.arguments)
            many = "1 argument" if most == 1 else f"{most or 'no'} arguments"
            raise self._wrong(
                f"expected at most {many}, got {len(self._plain)}: '{plain[0]}'"
                if most
                else f"expected no arguments, got '{plain[0]}'"
            )

    def _takes(self) -> str:
        flags = [option.flags[-1] for option in self._verb.options]
        expected = f", expected one of {', '.join(flags)}" if flags else ""
        if self._verb.arguments:
            expected += f"{' or' if flags else ', expected'} -- before an argument"
        return expected

    def _wrong(self, what: str) -> UsageError:
        return UsageError(f"error: {what}; see 'engo {self._verb.name} --help'")
