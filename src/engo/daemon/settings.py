"""What can be set about a daemon: variables of the environment it is started in."""

from collections.abc import Mapping
from math import isfinite
from typing import Final, NamedTuple

from engo.formula.engines import ENGINES, NATIVE

ENGINE: Final = "ENGO_ENGINE"
SUSPEND_AFTER: Final = "ENGO_SUSPEND_AFTER"
NEVER: Final = "never"

DEFAULT_ENGINE: Final = NATIVE
DEFAULT_SECONDS: Final = 60.0


class Settings(NamedTuple):
    """The settings of one daemon, from its start to its end."""

    engine: str = DEFAULT_ENGINE
    """What workers run on that nobody has chosen an engine for."""
    suspend_after: float | None = DEFAULT_SECONDS
    """Seconds that a worker idles before it is suspended; None: until it is asked."""


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Raises ValueError for a variable that means nothing."""
    engine = environment.get(ENGINE) or DEFAULT_ENGINE
    if engine not in ENGINES:
        raise ValueError(
            f"expected {ENGINE} to be {', '.join(ENGINES)}; got {engine!r}"
        )
    return Settings(engine, _seconds(environment.get(SUSPEND_AFTER)))


def _seconds(text: str | None) -> float | None:
    if not text:
        return DEFAULT_SECONDS
    if text == NEVER:
        return None
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not isfinite(seconds) or seconds <= 0:
        raise ValueError(
            f"expected {SUSPEND_AFTER} to be seconds above 0 or {NEVER!r}; got {text!r}"
        )
    return seconds
