"""The only importer of the compiled module `engo._xsnap`; owns every pointer.

Strict types above, cffi below. Importing this costs nothing, not even `typing`,
since a re-executed worker comes through here; each function loads the module when
it is called.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    class _Lib(Protocol):
        def xsnap_build_id(self) -> object: ...

        def xsnap_worker_main(self, argc: int, argv: object) -> int: ...

        def engo_image_digest(self, name: bytes) -> object: ...

    class _Ffi(Protocol):
        NULL: object

        def string(self, pointer: object) -> bytes: ...

        def unpack(self, pointer: object, length: int) -> bytes: ...

        def buffer(self, pointer: object, length: int) -> bytearray: ...


class NativeMissing(ImportError):
    """The compiled module is not there or not of this build."""


_DIGEST_BYTES = 32


def _module() -> "tuple[_Lib, _Ffi]":
    try:
        # Not importlib, which would have to be imported first.
        module = __import__("engo._xsnap", fromlist=("lib",))
    except ImportError as error:
        raise NativeMissing(
            f"expected the compiled module engo._xsnap, got: {error}; "
            "run build_ffi.py or install Engo again"
        ) from error
    return module.lib, module.ffi


def build_id() -> str:
    """The id of the build that the extension and the executable are of."""
    lib, ffi = _module()
    return ffi.string(lib.xsnap_build_id()).decode()


def image_digest(name: str) -> bytes:
    """The SHA-256 that was compiled in for an image of the wheel.

    Raises NativeMissing when this build has no such image.
    """
    lib, ffi = _module()
    pointer = lib.engo_image_digest(name.encode())
    if pointer == ffi.NULL:
        raise NativeMissing(f"expected a digest of the image {name!r}, got none")
    return bytes(ffi.buffer(pointer, _DIGEST_BYTES))


def worker_main() -> int:
    """XSnap's alternate main: serve the link on descriptors 3 to 7, then return."""
    lib, ffi = _module()
    return lib.xsnap_worker_main(0, ffi.NULL)
