"""Which engine runs a worker, and what starts workers of each.

| engine | a worker is | what isolates it |
|---|---|---|
| native | a process of its own | the process, seccomp, rlimits |
| wasm | a machine of this process | WebAssembly, its runtime's checks |
| wasm-child | a machine of a confined process that hosts many | both |
"""

from typing import Final, Literal, Protocol

from engo.worker.core import Starter
from engo.worker.errors import UsageError
from engo.worker.launch import KINDS, Kind, Launcher

Engine = Literal["native", "wasm", "wasm-child"]
NATIVE: Final = "native"
WASM: Final = "wasm"
WASM_CHILD: Final = "wasm-child"
ENGINES: Final = (NATIVE, WASM, WASM_CHILD)


class _Closable(Protocol):
    def close(self) -> None: ...


class Launching:
    """The launcher of one worker: one that was handed in, or its own.

    A context manager: its own ends with it, one that was handed in does not.
    """

    def __init__(
        self, engine: Engine, launcher: Kind | Starter, *, pipe_bytes: int = 0
    ) -> None:
        """Raises UsageError for an unknown engine, or a launcher that is not of it;
        LaunchError."""
        if engine not in ENGINES:
            raise UsageError(
                f"expected an engine of {', '.join(ENGINES)}; got {engine!r}"
            )
        self._own: _Closable | None = None
        if not isinstance(launcher, str):
            self.starter: Starter = launcher
            return
        if engine == NATIVE:
            native = Launcher(launcher, pipe_bytes=pipe_bytes)
            self.starter, self._own = native, native
            return
        if launcher != "auto":
            raise UsageError(
                f"expected launcher 'auto' or a launcher object with engine "
                f"{engine!r}, got {launcher!r}; {', '.join(KINDS)} are of 'native'"
            )
        self.starter, self._own = self._wasm(engine)

    @staticmethod
    def _wasm(engine: Engine) -> "tuple[Starter, _Closable]":
        # Native workers must not pay for loading these.
        if engine == WASM:
            from engo.worker.wasm_inprocess import WasmLauncher

            own = WasmLauncher()
            return own, own
        from engo.worker.wasm_child import WasmChildLauncher

        child = WasmChildLauncher()
        return child, child

    def started(self) -> None:
        """The worker runs: a native one needs its launcher no more."""
        if isinstance(self._own, Launcher):
            self.close()

    def close(self) -> None:
        """Give its own launcher up; harmless the second time."""
        own, self._own = self._own, None
        if own is not None:
            own.close()

    def __enter__(self) -> "Launching":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
