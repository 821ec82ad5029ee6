"""Workers: one XS machine each, with its link, limits and life cycle.

`open_worker` is the daemon's door; programs use the names of `engo` itself.
Nothing is imported until it is named.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from engo.worker.launch import Launcher
    from engo.worker.opening import open_worker
    from engo.worker.waiting import AsyncWorker

__all__ = ["AsyncWorker", "Launcher", "open_worker"]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'engo.worker' has no attribute {name!r}")
    import engo

    return getattr(engo, name)
