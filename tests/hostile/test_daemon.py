"""Attacks through the real command line: the daemon answers, a neighbour works.

The programs end at once or by Ctrl-C: a daemon's workers have ten seconds for a
crank, which is too long for a test.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from tests.daemon.running import SECONDS, Host, Running

if TYPE_CHECKING:
    from collections.abc import Iterator

ENGINES = ("native", "wasm", "wasm-child")
LOOPS = {
    "plain": "for (;;);",
    "promises": "const f = () => Promise.resolve().then(f); f()",
    "a built-in": "[].indexOf.call({ length: 2 ** 50 }, 1)",
    "console": "for (;;) console.log('x')",
}
ENDS = {
    "stack": ("const f = () => 1 + f(); f()", "stack overflow"),
    "memory": ("'x'.repeat(2 ** 29)", "memory full"),
    "error": ("throw new Error('hostile')", "hostile"),
    "parser": ("(0, eval)('('.repeat(1e5))", "overflow"),
}
ROUNDS = 20
# Seconds of a round trip, ten times what is promised: other programs are busy, too.
SOON = 1.0


@pytest.fixture(scope="module", params=ENGINES)
def running(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    made = Running(tmp_path_factory.mktemp("e"))
    made.environment["ENGO_ENGINE"] = request.param
    assert made.start() == "ready"
    with made.client() as client:
        host = Host(client)
        assert host.evaluate("1", worker="neighbour") == 1
        assert host.evaluate("1", worker="attacker") == 1
    yield made
    made.close()
    assert "Traceback" not in made.output


def command(running: Running, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "engo", *words],
        env=running.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def rounds(host: Host) -> float:
    """Pings and a neighbour's evaluations; seconds of one, on the average."""
    begun = time.monotonic()
    for number in range(ROUNDS):
        host.client.wait(host.client.send(host.client.endo, "ping"))
        assert host.evaluate(f"{number} + 1", worker="neighbour") == number + 1
    return (time.monotonic() - begun) / ROUNDS / 2


def answer(host: Host) -> str:
    """What the attacker's worker says to a sum, or why it does not."""
    try:
        return str(host.evaluate("1 + 1", worker="attacker"))
    except Exception as error:  # of any kind: its text is what counts
        return str(error)


@pytest.mark.parametrize("name", LOOPS)
def test_a_loop_until_ctrl_c(running: Running, name: str) -> None:
    attack = command(running, "eval", "-w", "attacker", LOOPS[name])
    try:
        with running.client() as client:
            host = Host(client)
            rounds(host)
            assert attack.poll() is None
            assert rounds(host) < SOON
            attack.send_signal(signal.SIGINT)
            attack.communicate(timeout=SECONDS)
            assert attack.returncode == 130
            assert rounds(host) < SOON
            # Its worker is interrupted, and the next one answers.
            while (said := answer(host)) != "2":
                assert "the worker has ended" in said
    finally:
        attack.kill()
        attack.communicate(timeout=SECONDS)


@pytest.mark.parametrize("name", ENDS)
def test_an_end_is_told_and_the_next_use_starts_anew(
    running: Running, name: str
) -> None:
    source, reason = ENDS[name]
    attack = command(running, "eval", "-w", "attacker", source)
    _, errors = attack.communicate(timeout=SECONDS)
    assert attack.returncode == 1
    assert reason in errors
    again = command(running, "eval", "-w", "attacker", "1 + 1")
    assert again.communicate(timeout=SECONDS) == ("2\n", "")
    ping = command(running, "ping")
    assert ping.communicate(timeout=SECONDS) == ("ok\n", "")
    with running.client() as client:
        assert rounds(Host(client)) < SOON
