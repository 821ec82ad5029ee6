"""From start to end and again: what survives, who may start, what is refused."""

from __future__ import annotations

import os
import signal
import socket
import stat
import tempfile
import warnings
from pathlib import Path

import pytest

from engo.captp import Far, RemoteError, Undefined

from .running import Host, Running


def test_files_are_their_owners_only(daemon: Running) -> None:
    with daemon.client() as client:
        host = Host(client)
        host.call("storeValue", 1, "one")
        host.evaluate("console.log('x')")
    for path in [daemon.socket, *daemon.state.rglob("*"), daemon.state]:
        mode = path.stat().st_mode
        assert mode & 0o077 == 0, f"{path.name} is {mode:o}"
    assert stat.S_IMODE(daemon.socket.stat().st_mode) == 0o600
    assert (daemon.folder / "run" / "engo" / "engo.pid").read_text() == (
        f"{daemon.process.pid}\n"
    )


def test_stored_values_survive_and_programs_are_run_again(daemon: Running) -> None:
    texts = ["[1,2,3]", "!x", "#undefined", "+5", "$0", "%s", "&1", "-1", "plain"]
    with daemon.client() as client:
        host = Host(client)
        for index, text in enumerate(texts):
            host.call("storeValue", {"@qclass": text, text: [text]}, f"t{index}")
        host.evaluate(
            "let n = 0; Far('Counter', { incr: () => ++n })", worker="w1", name="c"
        )
        assert host.evaluate("E(c).incr()", c="c") == 1
        assert host.evaluate("E(c).incr()", name="last", c="c") == 2
        node = host.on(client.endo, "nodeNumber")
        identities = {name: host.call("identify", name) for name in ("c", "AGENT")}
    for _ in range(2):
        daemon.restart()
        with daemon.client() as client:
            host = Host(client)
            for index, text in enumerate(texts):
                stored = host.call("lookup", f"t{index}")
                assert stored == {"@qclass": text, text: [text]}
            assert host.evaluate("E(c).incr()", c="c") == 1
            assert host.call("lookup", "last") == 2
            assert host.on(client.endo, "nodeNumber") == node
            for name, identity in identities.items():
                assert host.call("identify", name) == identity
    assert daemon.stop() == 0
    assert daemon.output == ""


def test_a_second_daemon_on_the_same_state_says_why(daemon: Running) -> None:
    second = Running(daemon.folder)
    second.environment["ENGO_SOCK"] = str(daemon.folder / "other")
    said = second.start()
    assert said == (
        f"error: another Engo daemon (process {daemon.process.pid}) uses the state in "
        f"{daemon.state}; 'engo stop' ends it"
    )
    assert second.process.wait(30) == 1
    assert not (daemon.folder / "other").exists()
    with daemon.client() as client:
        assert Host(client).on(client.endo, "ping") == "pong"


def test_a_socket_that_somebody_listens_on_is_not_taken(
    daemon: Running, tmp_path: Path
) -> None:
    second = Running(tmp_path)
    second.environment["ENGO_SOCK"] = str(daemon.socket)
    assert second.start().startswith("error: something else listens on ")
    assert second.process.wait(30) == 1
    with daemon.client() as client:
        assert Host(client).on(client.endo, "ping") == "pong"


def test_a_socket_that_was_left_over_is_replaced(running: Running) -> None:
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(running.socket))
    assert running.start() == "ready"


def test_a_socket_path_over_107_bytes(running: Running) -> None:
    room = 107 - len(str(running.folder)) - 1
    running.environment["ENGO_SOCK"] = str(running.folder / ("s" * room))
    assert running.start() == "ready"
    running.stop()
    running.environment["ENGO_SOCK"] = str(running.folder / ("s" * (room + 1)))
    assert running.start().startswith(
        "error: expected a socket path of at most 107 bytes, got 108: "
    )
    assert running.process.wait(30) == 1


def test_a_folder_that_others_may_write_gets_no_socket(running: Running) -> None:
    folder = running.folder / "open"
    folder.mkdir()
    folder.chmod(0o777)
    running.environment["ENGO_SOCK"] = str(folder / "sock")
    said = running.start()
    assert said.startswith("error: cannot listen on ")
    assert "others may write" in said


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_end_it_gracefully(daemon: Running, number: signal.Signals) -> None:
    with daemon.client() as client:
        Host(client).evaluate("1")
        daemon.process.send_signal(number)
        client.wait_end()  # it says good-bye
    assert daemon.process.wait(30) == 0
    assert not daemon.socket.exists()
    assert not (daemon.folder / "run" / "engo" / "engo.pid").exists()
    assert daemon.log.count(f"ended by {number.name}") == 1


def test_terminate_answers_and_ends_everything(daemon: Running) -> None:
    with daemon.client() as client:
        host = Host(client)
        host.evaluate("1", worker="w")
        (pid,) = [record["pid"] for record in host.on(client.endo, "workers")]
        assert host.on(client.endo, "terminate") is Undefined
        client.wait_end()
    assert daemon.process.wait(30) == 0
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert daemon.output == ""


def test_a_client_of_another_user_is_refused() -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can act as two users")
    # Not in pytest's folder, which nobody else may enter.
    with tempfile.TemporaryDirectory() as name:
        daemon = Running(Path(name))
        try:
            assert daemon.start() == "ready"
            daemon.folder.chmod(0o711)
            daemon.socket.chmod(0o666)
            assert as_a_stranger(daemon.socket)
            log = daemon.log
        finally:
            daemon.close()
    assert "is refused: it is of user 65534" in log


def as_a_stranger(path: Path) -> bool:
    """Whether the user nobody is hung up on at once; no program need be run."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # about threads and fork
        child = os.fork()
    if child == 0:
        status = 2
        try:
            os.setgroups([])
            os.setgid(65_534)
            os.setuid(65_534)
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(20)
                connection.connect(str(path))
                status = 0 if connection.recv(10) == b"" else 1
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_a_state_folder_that_cannot_be_made(running: Running) -> None:
    (running.folder / "state").write_text("a file")
    said = running.start()
    assert said.startswith(f"error: cannot write the state folder {running.state}: ")
    assert running.process.wait(30) == 1


def test_a_read_only_state(running: Running) -> None:
    running.drop_override = True  # root writes everywhere, but for this
    assert running.start() == "ready"
    running.stop()
    running.state.chmod(0o500)
    for path in running.state.iterdir():
        path.chmod(0o400 if path.is_file() else 0o500)
    try:
        said = running.start()
    finally:
        running.state.chmod(0o700)
    assert said == (
        f"error: cannot write the state folder {running.state}: Permission denied"
    )
    assert running.process.wait(30) == 1


def test_a_key_of_another_node_is_refused(running: Running) -> None:
    assert running.start() == "ready"
    running.stop()
    (running.state / "node.key").write_bytes(bytes(32))
    assert "put the right node.key back" in running.start()
    (running.state / "node.key").write_bytes(bytes(31))
    assert "to hold 32 bytes, got 31" in running.start()


def test_a_damaged_database_is_said_to_be(running: Running) -> None:
    running.state.mkdir(parents=True)
    (running.state / "engo.sqlite").write_bytes(b"no database" * 1000)
    said = running.start()
    assert said.startswith(f"error: cannot open the state in {running.state}: ")
    assert "is no database" in said


def test_contents_are_not_swept_for_want_of_a_database(daemon: Running) -> None:
    with daemon.client() as client:
        steps = iter([("aGk=", False), (Undefined, True)])

        def step(*_: object) -> dict[str, object]:
            value, done = next(steps)
            return {"value": value, "done": done}

        source = Far("AsyncIterator", next=step)
        host = Host(client)
        host.call("storeBlob", source, "blob")
    daemon.stop()
    for path in daemon.state.glob("engo.sqlite*"):
        path.rename(daemon.folder / path.name)
    kept = list((daemon.state / "store-sha512").iterdir())
    assert len(kept) == 1
    said = daemon.start()
    assert "got an empty database" in said
    assert "engo.sqlite back" in said
    for path in daemon.state.glob("engo.sqlite*"):
        path.unlink()
    for path in daemon.folder.glob("engo.sqlite*"):
        path.rename(daemon.state / path.name)
    assert daemon.start() == "ready"
    assert list((daemon.state / "store-sha512").iterdir()) == kept
    kept[0].write_bytes(b"h")
    with daemon.client() as client:
        host = Host(client)
        blob = host.call("lookup", "blob")
        with pytest.raises(RemoteError, match="is damaged"):
            host.on(blob, "text")
        reading = host.on(blob, "streamBase64")
        assert host.on(reading, "next")["value"] == "aA=="
        with pytest.raises(RemoteError, match="is damaged"):
            host.on(reading, "next")


def test_pins_are_revived(daemon: Running) -> None:
    with daemon.client() as client:
        host = Host(client)
        host.evaluate("console.log('pinned'); 1", worker="w", name="pinned")
        host.call("copy", ["pinned"], ["PINS", "it"])
        number = host.call("identify", "w").partition(":")[0]
    daemon.restart()
    with daemon.client() as client:
        host = Host(client)
        assert host.call("lookup", "pinned") == 1
    log = daemon.state / "worker" / number / "worker.log"
    assert log.read_text() == "pinned\n" * 2


def test_what_no_name_leads_to_is_collected_at_the_start(daemon: Running) -> None:
    with daemon.client() as client:
        host = Host(client)
        blob = iter(
            [{"done": False, "value": "eA=="}, {"done": True, "value": Undefined}]
        )
        host.call("storeBlob", Far("R", next=lambda: next(blob)), "blob")
    (content,) = (daemon.state / "store-sha512").iterdir()
    stray = content.with_name("ab" * 64)
    stray.write_bytes(b"stray")
    half = content.with_name("half.new")
    half.write_bytes(b"half")
    daemon.restart()
    assert list((daemon.state / "store-sha512").iterdir()) == [content]
    with daemon.client() as client:
        Host(client).call("remove", "blob")
        Host(client).call("list")
    daemon.restart()
    assert list((daemon.state / "store-sha512").iterdir()) == []


def test_nothing_is_left_of_unnamed_results(daemon: Running) -> None:
    with daemon.client() as client:
        host = Host(client)
        host.evaluate("1", worker="w")
        before = formulas(daemon)
        for _ in range(20):
            host.evaluate("Far('It', {})")
            host.evaluate("1 + 1", worker=Undefined)
        with pytest.raises(RemoteError):
            host.evaluate("throw Error('x')")
        assert formulas(daemon) == before
        assert len(host.on(client.endo, "workers")) == 2  # MAIN and w


def formulas(daemon: Running) -> int:
    from engo.store.database import Database

    database = Database(str(daemon.state / "engo.sqlite"))
    try:
        return database.count()
    finally:
        database.close()
