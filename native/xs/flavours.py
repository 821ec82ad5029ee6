"""How Engo's C is compiled: one flavour for every use, one for the sanitizers.

Every safety option is on; together they cost nothing measurable (docs/native.md).
"""

from __future__ import annotations

import os
import platform
from typing import Final, NamedTuple

DEFINES: Final = (
    "-DINCLUDE_XSPLATFORM",
    '-DXSPLATFORM="engo_platform.h"',
    *(
        f"-D{name}=1"
        for name in (
            "mxBoundsCheck",
            "mxDebug",
            "mxHoistSetjmp",  # native/xs/repairs/v12_hoisted_setjmp.py
            "mxLockdown",
            "mxMetering",
            "mxMinusZero",
            "mxNoConsole",
            "mxParse",
            "mxRegExpUnicodePropertyEscapes",
            "mxRun",
            "mxSloppy",
            "mxSnapshot",
            "mxStringNormalize",
        )
    ),
)
# XS shifts signed values and reads unaligned words; these make both defined.
LANGUAGE: Final = ("-fwrapv", "-fno-strict-aliasing", "-fno-common")
OURS: Final = (
    "-std=gnu11",
    "-Wall",
    "-Wextra",
    "-Wshadow",
    "-Wconversion",
    "-Wstrict-prototypes",
    "-Wmissing-prototypes",
    "-Wundef",
    "-Werror",
)
THEIRS: Final = ("-w",)
LIBRARIES: Final = ("-lm", "-ldl", "-lpthread")


class Flavour(NamedTuple):
    """One way of compiling everything."""

    name: str
    compile: tuple[str, ...]
    link: tuple[str, ...]
    program: tuple[str, ...] = ()
    """What linking an executable takes besides, left out where that fails."""
    only: tuple[str, ...] = ()
    """For the files that know of it alone; all others are another flavour's."""
    files: frozenset[str] = frozenset()
    """Which these are."""

    def flags(self, file: str) -> tuple[str, ...]:
        """How a file of that name is compiled."""
        return (*self.compile, *(self.only if file in self.files else ()))


def _branch_protection() -> tuple[str, ...]:
    machine = platform.machine()
    if machine in ("x86_64", "AMD64"):
        return ("-fcf-protection=full",)
    if machine in ("aarch64", "arm64"):
        return ("-mbranch-protection=standard",)
    return ()


def _short_relocations() -> tuple[str, ...]:
    """Relocations of 0.2 MB less, where the C library can read them."""
    try:
        name, version = (os.confstr("CS_GNU_LIBC_VERSION") or "").split()
        known = tuple(map(int, version.split("."))) >= (2, 36)
    except ValueError:  # another libc
        return ()
    return ("-Wl,-z,pack-relative-relocs",) if name == "glibc" and known else ()


NORMAL: Final = Flavour(
    "normal",
    (
        "-O2",
        "-fPIC",
        "-fvisibility=hidden",
        "-ffunction-sections",
        "-fdata-sections",
        "-fno-tree-slp-vectorize",  # native/xs/repairs/v13_value_halves.py
        "-fstack-protector-strong",
        "-fstack-clash-protection",
        *_branch_protection(),
        "-U_FORTIFY_SOURCE",
        "-D_FORTIFY_SOURCE=2",
    ),
    ("-Wl,--gc-sections", "-Wl,-z,relro,-z,now", "-s"),
    # Without a dynamic linker a worker starts 0.5 ms sooner and is 1 MB smaller.
    # Not every system has a static libc.
    ("-static-pie", *_short_relocations()),
)
# mxNoChunks and mxPoisonSlots let the sanitizer see XS's own heap; a machine built
# so cannot take snapshots, hence the second sanitizer flavour without them.
_SANITIZE: Final = (
    "-O1",
    "-g",
    "-fsanitize=address,undefined",
    "-fno-sanitize=alignment",
    "-DmxASANStackMargin=131072",
    "-DXSNAP_NO_SECCOMP",
)
ASAN: Final = Flavour(
    "asan",
    (*_SANITIZE, "-DmxNoChunks=1", "-DmxPoisonSlots=1"),
    ("-fsanitize=address,undefined",),
)
STRESS: Final = Flavour(
    "stress",
    ASAN.compile,
    (*ASAN.link, "-Wl,--wrap=fxCreateMachine,--wrap=engo_before_collect"),
    only=("-DmxStress=1",),
    files=frozenset({"xsMemory.c", "shell.c", "stress.c"}),
)
"""Collects at every allocation, in the test shell (native/xs/shell/stress.c)."""
ASAN_SNAPSHOT: Final = Flavour(
    "asan-snapshot", _SANITIZE, ("-fsanitize=address,undefined",)
)
# zig's clang: wasm exceptions, of the kind that runtimes have by default, for longjmp.
_WASM: Final = (
    "-target",
    "wasm32-wasi",
    "-mexception-handling",
    "-mllvm",
    "-wasm-enable-sjlj",
    "-mllvm",
    "-wasm-use-legacy-eh=false",
    "-fno-sanitize=all",
    "-O2",
)
WASM: Final = Flavour(
    "wasm",
    (
        *_WASM,
        "-fvisibility=hidden",
        # XS asks whether a number is an integer by casting it there and back, which
        # clang otherwise takes for true of every whole number, however large.
        "-fno-strict-float-cast-overflow",
        "-D_WASI_EMULATED_SIGNAL",
        "-D_WASI_EMULATED_PROCESS_CLOCKS",
        "-DmxNoComputedGoto=1",
    ),
    (
        *_WASM,
        "-mexec-model=reactor",
        "-Wl,--strip-all",
        # A function declared in two ways is a warning, and a trap when it is called.
        "-Wl,--fatal-warnings",
        "-Wl,-z,stack-size=1048576",
    ),
)
