"""The names of all verbs, in the order of the help. Verbs are imported when asked for.

To add a verb, write its file in verbs/ and its name here.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .grammar import Verb

NAMES = (
    "start",
    "stop",
    "restart",
    "ping",
    "where",
    "log",
    "eval",
    "run",
    "spawn",
    "workers",
    "suspend",
    "resume",
    "cancel",
    "list",
    "show",
    "cat",
    "store",
    "remove",
    "move",
    "copy",
    "mkdir",
)
ALIASES = {"ls": "list", "rm": "remove", "mv": "move", "cp": "copy"}
HIDDEN = ("daemon",)


def find(name: str) -> Verb | None:
    """The verb of a name or alias, None when there is none."""
    name = ALIASES.get(name, name)
    if name not in NAMES and name not in HIDDEN:
        return None
    # Not importlib, which the path of a ping need not pay for.
    module = __import__(f"{__package__}.verbs.{name}", fromlist=["VERB"])
    verb: Verb = module.VERB
    return verb


def all_verbs() -> list[Verb]:
    """Every verb that is shown, for the help and the reference page."""
    return [verb for name in NAMES if (verb := find(name)) is not None]
