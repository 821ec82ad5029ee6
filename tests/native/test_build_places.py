"""Where a build lies is no input: two folders give the same object, once compiled.

The fetcher and the compiler's refusals are tested in test_fetch.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from native.xs import compile as compiling

if TYPE_CHECKING:
    from pathlib import Path


def unit(folder: Path) -> compiling.Unit:
    """A file that names its own place, below a folder of its own."""
    (folder / "headers").mkdir(parents=True)
    (folder / "headers" / "one.h").write_text("#define ONE 1\n")
    source = folder / "place.c"
    source.write_text(
        '#include "one.h"\nconst char *place(void) { return __FILE__; }\n'
    )
    flags = ("-g", f"-I{folder / 'headers'}")
    return compiling.Unit(source, flags, "headers", ((str(folder), "tree"),))


def test_two_folders_share_an_object(tmp_path: Path) -> None:
    objects = tmp_path / "objects"
    first, compiled = compiling.objects("cc", [unit(tmp_path / "a")], objects)
    again, compiled_again = compiling.objects("cc", [unit(tmp_path / "b")], objects)
    assert (first, compiled, compiled_again) == (again, 1, 0)


def test_two_folders_give_the_same_bytes_without_their_names(tmp_path: Path) -> None:
    made = []
    for name in ("a", "b"):
        objects = tmp_path / f"objects-{name}"
        [path], _ = compiling.objects("cc", [unit(tmp_path / name)], objects)
        made.append(path.read_bytes())
    assert made[0] == made[1]
    assert str(tmp_path).encode() not in made[0]
    assert b"tree/place.c" in made[0]
