"""Images are made from scripts and packages, always the same bytes."""

import re
from pathlib import Path

import pytest

from engo.bootstrap.build import (
    ENDO_ONLY,
    IMAGES,
    INTL_ONLY,
    boot,
    build_image,
    main,
    reader,
    scripts_of,
)
from engo.bootstrap.modules import ModuleServer
from engo.powers.package import executable_path, image_path
from engo.worker.errors import GuestError
from engo.worker.snapshotfile import parse_header
from native.xs.fetch import endo_packages
from native.xs.pipeline import BUILD


@pytest.fixture(scope="module")
def executable() -> str:
    path = executable_path()
    assert path is not None, "expected the worker executable; run build_ffi.py"
    return path


@pytest.fixture(scope="module")
def server() -> ModuleServer:
    return ModuleServer(reader(endo_packages(BUILD)))


def no_packages(path: tuple[str, ...]) -> bytes | None:
    return None


def test_scripts_are_numbered_and_small() -> None:
    names = [path.name for path in scripts_of("endo-intl")]
    assert len({name[:2] for name in names}) == len(names)
    assert names == sorted(names)
    for path in scripts_of("endo-intl"):
        text = path.read_text()
        assert text.startswith("// "), path.name
        assert "'use strict';" in text, path.name
        assert len(text.splitlines()) < 400, path.name


def test_the_bare_image_goes_without_packages() -> None:
    bare = [path.name for path in scripts_of("bare")]
    assert bare[-1].startswith("90-")
    assert not [name for name in bare if name.startswith(ENDO_ONLY)]


def test_the_ordinary_image_goes_without_intl() -> None:
    whole = scripts_of("endo-intl")
    left_out = [path for path in whole if path.name.startswith(INTL_ONLY)]
    assert [path for path in whole if path not in left_out] == scripts_of("endo")
    assert len(left_out) == len(INTL_ONLY)


def test_two_builds_are_equal(executable: str, server: ModuleServer) -> None:
    first = build_image(executable, "bare", server)
    assert build_image(executable, "bare", server) == first
    header = parse_header(first)
    assert header.length == len(first) - 256


def test_the_installed_image_is_of_these_scripts(
    executable: str, server: ModuleServer
) -> None:
    """Fails when a script was changed and the images were not made again."""
    built = build_image(executable, "bare", server)
    assert Path(image_path("bare")).read_bytes() == built, "run build_ffi.py"


def test_a_missing_package_stops_the_build(executable: str) -> None:
    with pytest.raises(GuestError, match=r"core-js/modules/.*is the package pinned"):
        boot(executable, "endo", ModuleServer(no_packages))


def test_reading_stays_in_node_modules(tmp_path: Path) -> None:
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "x.js").write_text("1")
    read = reader(tmp_path)
    assert read(("node_modules", "p", "x.js")) == b"1"
    assert read(("node_modules", "p")) is None
    assert read(("package.json",)) is None


def test_folders_are_read_as_one(tmp_path: Path) -> None:
    for name, text in (("a", "1"), ("b", "2")):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{name}.js").write_text(text)
        (tmp_path / name / "both.js").write_text(text)
    read = reader(tmp_path / "a", tmp_path / "b")
    found = [read(("node_modules", f"{name}.js")) for name in ("a", "b", "both", "c")]
    assert found == [b"1", b"2", b"1", None]


def test_other_questions_are_refused() -> None:
    server = ModuleServer(no_packages)
    with pytest.raises(ValueError, match="expected a question for a module"):
        server.answer(b"{}")
    with pytest.raises(ValueError, match="expected the name of a resolved module"):
        server.answer(b'{"load": "@endo/nothing"}')


def test_module_names_hold_no_machine_path() -> None:
    files: dict[tuple[str, ...], bytes] = {
        ("node_modules", "p", "package.json"): b'{"exports": "./a.js"}',
        ("node_modules", "p", "a.js"): b"1",
    }
    server = ModuleServer(files.get)
    assert server.answer(b'{"resolve": "p", "from": ""}') == b'{"name": "p/a.js"}'
    assert server.answer(b'{"resolve": "./a.js", "from": "p/b.js"}') == (
        b'{"name": "p/a.js"}'
    )
    assert server.answer(b'{"load": "p/a.js"}') == b'{"source": "1"}'


def test_the_command_line_wants_all_it_needs(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        main([])
    assert re.search("--executable.*--node-modules.*--out", capsys.readouterr().err)
    assert IMAGES == ("bare", "endo", "endo-intl")
