"""Endo's methods that Engo does not have yet: they say so, and no more."""

from collections.abc import Callable

from engo.captp import JSError


def method_names(text: str) -> frozenset[str]:
    """The names in a text that lists them."""
    return frozenset(text.split())


def unsupported(name: str) -> Callable[..., object]:
    """A method that only says that it is missing."""

    def refuse(*_: object) -> object:
        raise JSError(f"{name} is not supported yet by this version of Engo")

    return refuse
