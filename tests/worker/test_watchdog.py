"""The watchdog's judgement over made-up time."""

from engo.powers.page import IDLE, PAUSED, RUNNING, STARTING, WAITING
from engo.worker.limits import Limits
from engo.worker.thread_time import ThreadTime
from engo.worker.watchdog import GRACE, Verdict, Watchdog

LIMITS = Limits(cpu=10.0, wall=60.0)


def test_cpu_limit_and_just_below() -> None:
    dog = Watchdog(LIMITS)
    assert dog.look(0.0, 5.0, RUNNING, 1) is Verdict.GO_ON
    assert dog.look(10.0, 15.0, RUNNING, 1) is Verdict.GO_ON
    assert dog.look(10.1, 15.1, RUNNING, 1) is Verdict.INTERRUPT
    assert dog.reason == "a crank took more than 10 seconds of CPU"


def test_wall_limit() -> None:
    dog = Watchdog(LIMITS)
    dog.look(0.0, 0.0, RUNNING, 1)
    assert dog.look(60.0, 0.1, RUNNING, 1) is Verdict.GO_ON
    assert dog.look(60.1, 0.1, RUNNING, 1) is Verdict.INTERRUPT
    assert dog.reason == "a crank took more than 60 seconds of time"


def test_killed_when_the_interrupt_does_not_help() -> None:
    dog = Watchdog(LIMITS)
    dog.look(0.0, 0.0, RUNNING, 1)
    assert dog.look(1.0, 11.0, RUNNING, 1) is Verdict.INTERRUPT
    assert dog.interval <= GRACE
    assert dog.look(1.2, 11.0, RUNNING, 1) is Verdict.GO_ON
    assert dog.look(1.0 + GRACE, 11.0, RUNNING, 1) is Verdict.KILL


def test_each_crank_starts_anew() -> None:
    dog = Watchdog(LIMITS)
    for crank in range(1, 10):
        now = crank * 50.0
        assert dog.look(now, now / 6, RUNNING, crank) is Verdict.GO_ON
        assert dog.look(now + 45, now / 6 + 7, RUNNING, crank) is Verdict.GO_ON


def test_waiting_and_debugging_do_not_count() -> None:
    dog = Watchdog(LIMITS)
    dog.look(0.0, 0.0, RUNNING, 1)
    dog.look(50.0, 0.0, RUNNING, 1)
    for now, state in ((60.0, WAITING), (500.0, WAITING), (900.0, PAUSED)):
        assert dog.look(now, 0.0, state, 1) is Verdict.GO_ON
    assert dog.look(905.0, 0.0, RUNNING, 1) is Verdict.GO_ON
    assert dog.look(914.0, 0.0, RUNNING, 1) is Verdict.GO_ON
    assert dog.look(916.0, 0.0, RUNNING, 1) is Verdict.INTERRUPT


def test_idle_rests_for_ever() -> None:
    dog = Watchdog(LIMITS)
    for now in (0.0, 1000.0, 100_000.0):
        assert dog.look(now, 50.0, IDLE, 3) is Verdict.REST
    assert dog.look(100_001.0, 50.0, RUNNING, 4) is Verdict.GO_ON


def test_a_start_that_hangs_counts() -> None:
    dog = Watchdog(LIMITS)
    dog.look(0.0, 0.0, STARTING, 0)
    assert dog.look(61.0, 0.0, STARTING, 0) is Verdict.INTERRUPT


def test_interval_follows_the_limits() -> None:
    assert Watchdog(Limits(cpu=0.4)).interval == 0.05
    assert Watchdog(LIMITS).interval == 0.25


def test_an_owner_s_interrupt_that_is_ignored_becomes_a_kill() -> None:
    dog = Watchdog(LIMITS)
    dog.asked()
    assert dog.look(0.0, 0.0, IDLE, 1) is Verdict.REST
    assert dog.look(100.0, 0.0, RUNNING, 2) is Verdict.GO_ON
    assert dog.interval <= GRACE / 3
    assert dog.look(100.2, 0.0, RUNNING, 2) is Verdict.GO_ON
    assert dog.look(100.2, 0.0, WAITING, 2) is Verdict.GO_ON
    assert dog.look(200.0, 0.0, RUNNING, 2) is Verdict.GO_ON
    assert dog.look(200.0 + GRACE, 0.0, RUNNING, 2) is Verdict.KILL


def test_what_a_thread_did_for_others_is_no_crank_s() -> None:
    """A machine whose start waits for a thread, and a thread that is hours old."""
    dog, time = Watchdog(LIMITS), ThreadTime()
    assert dog.look(0.0, time.seen(0.0), STARTING, 0) is Verdict.GO_ON
    assert dog.look(0.1, time.seen(9_000.0), STARTING, 0) is Verdict.GO_ON
    assert dog.look(0.2, time.seen(9_000.1), RUNNING, 1) is Verdict.GO_ON
    assert dog.look(9.0, time.seen(9_009.0), RUNNING, 1) is Verdict.GO_ON
    assert dog.look(9.1, time.seen(9_010.3), RUNNING, 1) is Verdict.INTERRUPT


def test_time_on_several_threads_adds_up() -> None:
    time = ThreadTime()
    assert time.seen(5.0) == 0.0
    assert time.seen(6.0) == 1.0
    assert time.seen(0.0) == 1.0
    assert time.seen(2.0) == 1.0
    assert time.seen(2.5) == 1.5
