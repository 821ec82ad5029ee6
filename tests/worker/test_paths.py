"""The paths power: every rule, on every platform's branch."""

import pytest

from engo.powers.paths import NoHome, Paths, SocketPathTooLong, socket_path

LINUX = "linux"


def test_xdg_folders_win() -> None:
    paths = Paths(
        {
            "XDG_STATE_HOME": "/s",
            "XDG_RUNTIME_DIR": "/r",
            "XDG_CACHE_HOME": "/c",
            "HOME": "/h",
        },
        LINUX,
    )
    assert (paths.state, paths.run, paths.cache) == ("/s/engo", "/r/engo", "/c/engo")
    assert paths.socket == "/r/engo/captp0.sock"
    assert paths.database == "/s/engo/engo.sqlite"
    assert paths.worker_log("w1") == "/s/engo/worker/w1/worker.log"
    assert paths.pid_file == "/r/engo/engo.pid"
    assert paths.snapshot_key == "/s/engo/snapshot.key"


def test_home_and_temporary_stand_in() -> None:
    paths = Paths({"HOME": "/h", "USER": "ada", "TMPDIR": "/t"}, LINUX)
    assert paths.state == "/h/.local/state/engo"
    assert paths.run == "/t/engo-ada"
    assert paths.cache == "/h/.cache/engo"


def test_relative_xdg_is_ignored() -> None:
    paths = Paths({"HOME": "/h", "XDG_STATE_HOME": "rel"}, LINUX)
    assert paths.state == "/h/.local/state/engo"


def test_macos() -> None:
    paths = Paths({"HOME": "/h", "USER": "ada"}, "darwin")
    assert paths.state == "/h/Library/Application Support/Engo"


def test_socket_variables_are_taken_word_for_word() -> None:
    env = {"HOME": "/h", "ENDO_SOCK": "x.sock"}
    assert socket_path(env, LINUX) == "x.sock"
    assert socket_path({**env, "ENGO_SOCK": "y.sock"}, LINUX) == "y.sock"


def test_socket_path_length_limit() -> None:
    fits = "/" + "a" * 106
    assert socket_path({"ENGO_SOCK": fits}, LINUX) == fits
    with pytest.raises(SocketPathTooLong, match="at most 107 bytes, got 108"):
        socket_path({"ENGO_SOCK": fits + "a"}, LINUX)


def test_socket_path_is_counted_in_bytes() -> None:
    with pytest.raises(SocketPathTooLong):
        socket_path({"ENGO_SOCK": "/" + "é" * 54}, LINUX)


def test_no_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.path.expanduser", lambda path: path)
    with pytest.raises(NoHome, match="HOME"):
        Paths({}, LINUX)
