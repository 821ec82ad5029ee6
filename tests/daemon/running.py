"""A daemon of its own for a test, in a process of its own, over a real socket."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from engo.captp import Promise, Undefined
from engo.cli.client import Client

SOURCE = Path(__file__).parents[2] / "src"
SECONDS = 30.0  # for anything that a daemon on a busy computer may take


_CAPBSET_DROP = 24  # prctl's; include/uapi/linux/prctl.h
_DAC_OVERRIDE, _DAC_READ_SEARCH = 1, 2


def _drop_override() -> None:
    for capability in (_DAC_OVERRIDE, _DAC_READ_SEARCH):
        ctypes.CDLL(None).prctl(_CAPBSET_DROP, capability, 0, 0, 0)


class Running:
    """One state folder, and the daemon on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.state = folder / "state" / "engo"
        self.socket = folder / "sock"
        self.environment = {
            "ENGO_SOCK": str(self.socket),
            "XDG_STATE_HOME": str(folder / "state"),
            "XDG_RUNTIME_DIR": str(folder / "run"),
            "XDG_CACHE_HOME": str(folder / "cache"),
            "HOME": str(folder),
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(SOURCE),
        }
        # Give up root's power to write what its permissions forbid.
        self.drop_override = False
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def process(self) -> subprocess.Popen[bytes]:
        assert self._process is not None
        return self._process

    def start(self) -> str:
        """Start it; what it says on the pipe: "ready", or "error: why"."""
        if self._process is not None:
            self._process.wait(SECONDS)
        ours, theirs = os.pipe()
        with open(self.folder / "out", "ab") as out:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "engo", "daemon", "--ready-fd", str(theirs)],
                env=self.environment,
                pass_fds=[theirs],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                preexec_fn=_drop_override if self.drop_override else None,
            )
        os.close(theirs)
        with os.fdopen(ours) as pipe:
            return pipe.readline().rstrip("\n")

    def client(self, name: str = "cli") -> Client:
        client = Client(str(self.socket), name)
        client.limit(SECONDS)
        return client

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(SECONDS)

    def stop(self) -> int:
        """End it with SIGTERM; its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(SECONDS)

    def restart(self) -> None:
        self.stop()
        assert self.start() == "ready"

    def close(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self.kill()

    @property
    def output(self) -> str:
        """What it printed: nothing, when all is well."""
        return (self.folder / "out").read_text()

    @property
    def log(self) -> str:
        return (self.state / "engo.log").read_text()


class Host:
    """A host over one connection, with calls that wait."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.promise = client.send(client.endo, "host")

    def send(self, method: str, *args: object) -> Promise:
        return self.client.send(self.promise, method, *args)

    def call(self, method: str, *args: object) -> Any:
        """The answer of a method of the host; raises its rejection."""
        return self.client.wait(self.send(method, *args))

    def on(self, target: object, method: str, *args: object) -> Any:
        """The answer of a method of anything."""
        return self.client.wait(self.client.send(target, method, *args))

    def evaluate(
        self,
        source: str,
        *,
        worker: object = "MAIN",
        name: object = Undefined,
        **names: str,
    ) -> Any:
        """Evaluate; `names` are code names and pet names, dots for paths."""
        return self.client.wait(
            self.evaluating(source, worker=worker, name=name, **names)
        )

    def evaluating(
        self,
        source: str,
        *,
        worker: object = "MAIN",
        name: object = Undefined,
        **names: str,
    ) -> Promise:
        paths = [path.split(".") for path in names.values()]
        return self.send("evaluate", worker, source, list(names), paths, name)
