"""Where Engo keeps its files: state, run, cache and socket; a power.

Import-light on purpose (os and sys alone): `engo ping` needs it.
It computes names and creates nothing; folders are made by `engo.powers.files`.
The rules are Endo's with `engo` for `endo`, and `ENGO_SOCK` before `ENDO_SOCK`.
"""

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

SOCKET_PATH_BYTES = 107
"""The longest path of a unix socket in bytes: sun_path is 108 with its NUL."""


class SocketPathTooLong(ValueError):
    """A unix socket cannot be reached under so long a path."""

    def __init__(self, path: str, length: int) -> None:
        super().__init__(
            f"expected a socket path of at most {SOCKET_PATH_BYTES} bytes, got "
            f"{length}: {path}; set ENGO_SOCK or XDG_RUNTIME_DIR to a shorter one"
        )
        self.path = path
        self.length = length


class NoHome(ValueError):
    """Neither a home folder nor the variables that would stand in are known."""


def _absolute(env: "Mapping[str, str]", name: str) -> str | None:
    """The variable when it is an absolute path; XDG says to ignore others."""
    value = env.get(name, "")
    return value if os.path.isabs(value) else None


def _home(env: "Mapping[str, str]") -> str:
    home = _absolute(env, "HOME") or os.path.expanduser("~")
    if not os.path.isabs(home):
        raise NoHome(
            "expected HOME to be an absolute path, got "
            f"{env.get('HOME')!r}; set HOME or XDG_STATE_HOME"
        )
    return home


def _user(env: "Mapping[str, str]") -> str:
    return env.get("USER") or f"uid{os.getuid()}"


def _windows_local(env: "Mapping[str, str]") -> str:
    return _absolute(env, "LOCALAPPDATA") or os.path.join(
        _home(env), "AppData", "Local"
    )


def state_folder(env: "Mapping[str, str]", platform: str = sys.platform) -> str:
    """The folder of what must survive a restart of the computer."""
    named = _absolute(env, "XDG_STATE_HOME")
    if named:
        return os.path.join(named, "engo")
    if platform == "darwin":
        return os.path.join(_home(env), "Library", "Application Support", "Engo")
    if platform == "win32":
        return os.path.join(_windows_local(env), "Engo")
    return os.path.join(_home(env), ".local", "state", "engo")


def run_folder(env: "Mapping[str, str]", platform: str = sys.platform) -> str:
    """The folder of the socket and the process id; lost on a restart."""
    named = _absolute(env, "XDG_RUNTIME_DIR")
    if named:
        return os.path.join(named, "engo")
    if platform == "win32":
        return os.path.join(_windows_local(env), "Engo", "run")
    temporary = _absolute(env, "TMPDIR") or os.path.join(os.sep, "tmp")
    return os.path.join(temporary, f"engo-{_user(env)}")


def cache_folder(env: "Mapping[str, str]", platform: str = sys.platform) -> str:
    """The folder of what can be made again."""
    named = _absolute(env, "XDG_CACHE_HOME")
    if named:
        return os.path.join(named, "engo")
    if platform == "darwin":
        return os.path.join(_home(env), "Library", "Caches", "Engo")
    if platform == "win32":
        return os.path.join(_windows_local(env), "Engo", "cache")
    return os.path.join(_home(env), ".cache", "engo")


def socket_path(env: "Mapping[str, str]", platform: str = sys.platform) -> str:
    """The daemon's socket; raises SocketPathTooLong over 107 bytes.

    `ENGO_SOCK`, then `ENDO_SOCK`, are taken word for word.
    """
    path = env.get("ENGO_SOCK") or env.get("ENDO_SOCK")
    if not path:
        path = os.path.join(run_folder(env, platform), "captp0.sock")
    length = len(os.fsencode(path))
    if length > SOCKET_PATH_BYTES:
        raise SocketPathTooLong(path, length)
    return path


class Paths:
    """Every file of one Engo, computed from an environment."""

    __slots__ = ("_env", "_platform", "cache", "run", "state")

    def __init__(
        self,
        env: "Mapping[str, str] | None" = None,
        platform: str = sys.platform,
    ) -> None:
        self._env = os.environ if env is None else env
        self._platform = platform
        self.state = state_folder(self._env, platform)
        self.run = run_folder(self._env, platform)
        self.cache = cache_folder(self._env, platform)

    @property
    def socket(self) -> str:
        """The daemon's socket; raises SocketPathTooLong."""
        return socket_path(self._env, self._platform)

    @property
    def pid_file(self) -> str:
        return os.path.join(self.run, "engo.pid")

    @property
    def log(self) -> str:
        """The daemon's log."""
        return os.path.join(self.state, "engo.log")

    @property
    def database(self) -> str:
        return os.path.join(self.state, "engo.sqlite")

    @property
    def store(self) -> str:
        """The folder of content, named by SHA-512."""
        return os.path.join(self.state, "store-sha512")

    @property
    def node_key(self) -> str:
        """The seed of the node's Ed25519 key."""
        return os.path.join(self.state, "node.key")

    @property
    def snapshot_key(self) -> str:
        """The 32 random bytes that authenticate this user's snapshots."""
        return os.path.join(self.state, "snapshot.key")

    @property
    def lock(self) -> str:
        """Held by the one daemon of this state."""
        return os.path.join(self.state, "lock")

    @property
    def suspended(self) -> str:
        """The folder of workers that are suspended while the daemon runs."""
        return os.path.join(self.state, "suspended")

    def worker_folder(self, worker_id: str) -> str:
        return os.path.join(self.state, "worker", worker_id)

    def worker_log(self, worker_id: str) -> str:
        return os.path.join(self.worker_folder(worker_id), "worker.log")
