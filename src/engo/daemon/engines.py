"""What starts workers of each engine: there from the first worker that wants it.

WebAssembly takes its time once per user and computer, when its code is compiled, so
that nobody pays for it who has no such worker.
"""

from collections.abc import Callable, Mapping
from typing import Protocol

import anyio
import anyio.to_thread

from engo.worker.core import Starter


class Launcher(Starter, Protocol):
    """A Starter that owns what its workers share."""

    def close(self) -> None: ...


class Engines:
    """The launchers of a daemon; they are not thread-safe, so made one at a time."""

    def __init__(
        self, makers: Mapping[str, Callable[[], Launcher]], image: str
    ) -> None:
        self._makers = makers  # by engine; each may take seconds
        self._image = image  # that all workers are to begin with
        self._made: dict[str, Launcher] = {}
        self._making = anyio.Lock()

    async def launcher(self, engine: str) -> Starter:
        """What starts workers of this engine; raises EngoError."""
        found = self._made.get(engine)
        if found is not None:
            return found
        async with self._making:
            if engine not in self._made:
                make = self._makers[engine]
                self._made[engine] = await anyio.to_thread.run_sync(self._make, make)
            return self._made[engine]

    def _make(self, make: Callable[[], Launcher]) -> Launcher:
        made = make()
        try:
            made.image(self._image)  # what is wrong with it is said now
        except BaseException:
            made.close()
            raise
        return made

    def close(self) -> None:
        """Close them all; their workers have ended."""
        while self._made:
            self._made.popitem()[1].close()
