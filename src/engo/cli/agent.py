"""What most verbs do alike: connect, starting the daemon if need be, and call.

    with open_agent(given) as agent:
        value = agent.call("lookup", name)

A rejection becomes a Failure with one line, the place in the guest's code included.
"""

from __future__ import annotations

from ..captp.values import RemoteError, Thrown, Undefined
from ..powers.paths import Paths
from .client import Client
from .errors import CannotConnect, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType

    from ..captp.promise import Promise
    from .grammar import Given


def connect(name: str = "cli") -> Client:
    """A connection to the daemon that runs; raises CannotConnect."""
    return Client(Paths().socket, name)


def connect_or_start() -> Client:
    """A connection to the daemon, started when none answers."""
    try:
        return connect()
    except CannotConnect:
        from . import output
        from .starting import start_and_connect

        output.note("Starting Engo daemon...")
        return start_and_connect(Paths())


class Agent:
    """The agent that a command acts as, over one connection."""

    __slots__ = ("_client", "_endo", "_target")

    def __init__(self, client: Client, posing: str | None) -> None:
        self._client = client
        try:
            # Waited for, so that what follows is pipelined on its answers.
            self._endo = client.wait(client.endo)
        except BaseException:
            client.close()
            raise
        self._target: object = client.send(self._endo, "host")
        if posing is not None:
            path = name_path(posing)
            self._target = client.send(self._target, "lookup", lookup_key(path))

    def __enter__(self) -> Agent:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._client.close()

    def send(self, method: str, *args: object) -> Promise:
        """A call on the agent; the answer is to be waited for."""
        return self._client.send(self._target, method, *args)

    def call(self, method: str, *args: object) -> object:
        """A call on the agent and its answer; raises Failure."""
        return self.answer(self.send(method, *args))

    def call_on(self, target: object, method: str, *args: object) -> object:
        """A call on anything and its answer; raises Failure."""
        return self.answer(self._client.send(target, method, *args))

    def send_to(self, target: object, method: str, *args: object) -> Promise:
        return self._client.send(target, method, *args)

    def lookup(self, path: list[str]) -> Promise:
        """The value of a name, or of a path of names from hub to hub."""
        return self.send("lookup", lookup_key(path))

    def answer(self, promise: Promise) -> object:
        """Wait; a rejection becomes a Failure with the place it came from."""
        try:
            return self._client.wait(promise)
        except (RemoteError, Thrown) as error:
            from .report import failure

            raise failure(self._client, error) from error

    def show_console(self) -> None:
        """Let what the guest says to its console appear on stderr meanwhile.

        Engo's daemon only; another refuses, and that is as well.
        """
        from ..captp.remotable import Far

        sink = Far("ConsoleSink", {"write": _write_console})
        self._client.turns.send_only(self._endo, "attachConsole", sink)


def _write_console(level: object = None, text: object = None, *rest: object) -> object:
    from . import output

    if isinstance(text, str):
        output.console(text)
    return Undefined


def open_agent(given: Given) -> Agent:
    """The agent that `--as` names, by default the host; starts the daemon."""
    posing = given.option("as")
    if posing is not None:
        name_path(posing)  # complain before anything is started
    return Agent(connect_or_start(), posing)


def name_path(text: str) -> list[str]:
    """The names of a dotted path; raises UsageError."""
    names = text.split(".")
    if "" in names:
        raise UsageError(f'Error: Pet name path "{text}" contains an empty segment.')
    return names


def optional_path(text: str | None) -> object:
    """The names of a dotted path, JavaScript's undefined for none."""
    return Undefined if text is None else name_path(text)


def lookup_key(path: list[str]) -> object:
    """What `lookup` takes: a name, or several."""
    return path[0] if len(path) == 1 else path


def require_names(names: list[str], verb: str) -> None:
    """Verbs that take one name or more; raises UsageError."""
    if not names:
        raise UsageError(f"error: expected at least one name; see 'engo {verb} --help'")
