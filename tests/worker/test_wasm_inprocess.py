"""What workers of this process do besides the conformance kit: many at once, images
and their cache, suspension, forks."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

import engo
from engo.native.vm import RuntimeFailed
from engo.worker.errors import (
    LaunchError,
    SnapshotAltered,
    SnapshotForeign,
    SnapshotWrongKey,
    UsageError,
    WorkerDied,
)
from engo.worker.limits import MIB, Limits
from engo.worker.wasm_images import cache_key, memory_limit
from engo.worker.wasm_inprocess import WasmLauncher

KEY = bytes(range(32))
LATER = """
globalThis.log = [];
globalThis.go = undefined;
globalThis.async = (async () => {
  log.push('a');
  const value = await new Promise(resolve => { go = resolve; });
  log.push(value);
  return log;
})();
function* count() { try { yield 1; yield 2; } finally { log.push('end'); } }
globalThis.generator = count();
generator.next();
const key = { name: 'key' };
globalThis.map = new Map([[key, 'value']]);
globalThis.weak = new WeakMap([[key, 'weak']]);
globalThis.big = 2n ** 80n;
globalThis.pattern = /a/g;
pattern.exec('aaa');
globalThis.inner = new Compartment();
inner.globalThis.n = 20;
1
"""
RESUMED = """
log.push(generator.next().value, generator.return().done);
const [[found, value]] = map;
log.push(found.name, value, weak.get(found), String(big), pattern.lastIndex);
log.push(inner.evaluate('n + 1'), Object.isFrozen(Array.prototype));
go('b');
async
"""
EXPECTED = [
    "a", "end", 2, True, "key", "value", "weak", str(2**80), 1, 21, True, "b",
]  # fmt: skip


def open_worker(launcher: WasmLauncher, **options: Any) -> engo.Worker:
    return engo.Worker(launcher=launcher, key=KEY, **options)


def test_endless_loops_keep_nobody_waiting(wasm_launcher: WasmLauncher) -> None:
    stuck = [open_worker(wasm_launcher) for _ in range(6)]  # more than the pool has
    for worker in stuck:
        worker.submit_evaluate("for (;;);")
        worker._core.flush()
    with open_worker(wasm_launcher) as worker:
        assert worker.evaluate("1 + 1") == 2
    for worker in stuck:
        assert worker.death is None
        worker.close()


def test_guests_that_wait_for_their_host_keep_nobody_waiting(
    wasm_launcher: WasmLauncher,
) -> None:
    depth = 12  # nested, each within the handler of the one before

    def nested(level: int) -> bytes:
        if level == 0:
            return b"bottom"

        def on_call(_: bytes) -> bytes:
            return nested(level - 1)

        with open_worker(wasm_launcher, on_call=on_call) as worker:
            source = "new Uint8Array(issueCommand(new ArrayBuffer(1))).buffer"
            answer: bytes = worker.evaluate(source)
            return answer

    assert nested(depth) == b"bottom"
    assert wasm_launcher.images.runtime.threads < 3 * depth


def test_a_thousand_machines_at_once(wasm_launcher: WasmLauncher) -> None:
    workers = [open_worker(wasm_launcher) for _ in range(1_000)]
    for number, worker in enumerate(workers):
        worker.submit_evaluate(f"globalThis.me = {number}")
        worker._core.flush()
    for number, worker in enumerate(workers):
        assert worker.collect() == [number]
        assert worker.evaluate("me") == number
        worker.close()


def test_machines_in_many_threads(wasm_launcher: WasmLauncher) -> None:
    wasm_launcher.image("bare")
    workers = [open_worker(wasm_launcher) for _ in range(8)]
    sums: list[int] = []

    def work(worker: engo.Worker) -> None:
        for _ in range(50):
            worker.evaluate("globalThis.n = (globalThis.n ?? 0) + 1")
        sums.append(worker.evaluate("n"))

    threads = [threading.Thread(target=work, args=(worker,)) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sums == [50] * 8
    for worker in workers:
        worker.close()


def test_a_machine_has_no_process(wasm_launcher: WasmLauncher) -> None:
    with open_worker(wasm_launcher) as worker:
        assert worker.pid is None
        assert worker.build == wasm_launcher.build()


def test_a_stack_of_ones_own(wasm_launcher: WasmLauncher) -> None:
    """Another stack than the image's: restored from the snapshot instead."""
    deep = "(function f(n) { return n ? f(n - 1) + 1 : 0 })(2000)"
    small = Limits(stack=4_096)
    with open_worker(wasm_launcher, limits=small) as worker, pytest.raises(WorkerDied):
        worker.evaluate(deep)
    with open_worker(wasm_launcher, limits=Limits(stack=131_072)) as worker:
        assert worker.evaluate(deep) == 2000
        with pytest.raises(UsageError, match="stack of its own"):
            worker.suspend()


def test_memory_is_limited(wasm_launcher: WasmLauncher) -> None:
    worker = open_worker(wasm_launcher, limits=Limits(heap=16 * MIB))
    with worker, pytest.raises(engo.LimitExceeded, match="memory full"):
        worker.evaluate("const a = []; for (;;) a.push(new ArrayBuffer(100000))")
    assert memory_limit(Limits(heap=2_130_706_432)) < 1 << 32


def test_a_snapshot_of_another_engine_is_refused(wasm_launcher: WasmLauncher) -> None:
    import io

    native, wasm = io.BytesIO(), io.BytesIO()
    with engo.Worker(key=KEY) as worker:
        worker.snapshot(native)
    with open_worker(wasm_launcher) as worker:
        worker.snapshot(wasm)
    with pytest.raises(SnapshotForeign):
        open_worker(wasm_launcher, snapshot=native.getvalue())
    with pytest.raises(SnapshotForeign):
        engo.Worker(key=KEY, snapshot=wasm.getvalue())


# Suspension


@pytest.mark.parametrize("image", ["bare", "endo"])
def test_suspended_and_resumed(wasm_launcher: WasmLauncher, image: str) -> None:
    with open_worker(wasm_launcher, image=image) as worker:
        worker.evaluate(LATER)
        state = worker.suspend()
        with pytest.raises(engo.WorkerClosed):
            worker.evaluate("1")
    assert len(state) < 40_000
    for _ in range(2):  # a state may be used again
        with open_worker(wasm_launcher, resume=state) as worker:
            assert worker.evaluate(RESUMED) == EXPECTED


def test_resumed_in_another_process(
    wasm_launcher: WasmLauncher, wasm_cache: str, tmp_path: Path
) -> None:
    with open_worker(wasm_launcher) as worker:
        worker.evaluate(LATER)
        (tmp_path / "state").write_bytes(worker.suspend())
    program = (
        "import sys, engo\n"
        "from pathlib import Path\n"
        "with engo.WasmLauncher(folder=sys.argv[1]) as launcher:\n"
        "    state = Path(sys.argv[2]).read_bytes()\n"
        "    with engo.Worker(launcher=launcher, key=bytes(range(32)),\n"
        "                     resume=state) as worker:\n"
        "        print(worker.evaluate(sys.stdin.read()))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, wasm_cache, str(tmp_path / "state")],
        input=RESUMED, capture_output=True, text=True, check=False, timeout=120,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    assert done.stdout == f"{EXPECTED}\n", done.stderr


def test_again_and_again_a_state_does_not_grow(wasm_launcher: WasmLauncher) -> None:
    sizes = []
    worker = open_worker(wasm_launcher)
    for _ in range(12):
        worker.evaluate("globalThis.n = (globalThis.n ?? 0) + 1")
        state = worker.suspend()
        sizes.append(len(state))
        worker = open_worker(wasm_launcher, resume=state)
    assert worker.evaluate("n") == 12
    worker.close()
    assert max(sizes) < 2 * min(sizes)


def test_a_grown_memory_is_resumed(wasm_launcher: WasmLauncher) -> None:
    with open_worker(wasm_launcher) as worker:
        worker.evaluate("globalThis.kept = new Uint8Array(9000000).fill(7); 1")
        state = worker.suspend()
    with open_worker(wasm_launcher, resume=state) as worker:
        assert worker.evaluate("[kept.length, kept[0], kept[8999999]]") == [
            9_000_000,
            7,
            7,
        ]
    with pytest.raises(LaunchError, match="expected to resume"):
        open_worker(wasm_launcher, resume=_claiming(state, 4000 * MIB))


def _claiming(state: bytes, memory: int) -> bytes:
    from engo.wasm.delta import read_delta, write_delta

    return write_delta(read_delta(state, KEY)._replace(memory=memory), KEY)


def test_a_suspended_meter_goes_on(wasm_launcher: WasmLauncher) -> None:
    with open_worker(wasm_launcher) as worker:
        worker.evaluate("for (let i = 0; i < 1000; i++); 1")
        before = worker.status()
        state = worker.suspend()
    with open_worker(wasm_launcher, resume=state) as worker:
        after = worker.status()
    assert (after.meter, after.limit) == (before.meter, before.limit)


def test_what_cannot_be_suspended(wasm_launcher: WasmLauncher) -> None:
    with engo.Worker(key=KEY) as native:
        with pytest.raises(UsageError, match="got a native one"):
            native.suspend()
        with pytest.raises(UsageError, match="to resume a worker with"):
            engo.Worker(key=KEY, resume=b"")
    with open_worker(wasm_launcher) as worker:
        handle = worker.submit_evaluate("new Promise(() => {})")
        with pytest.raises(UsageError, match="under way"):
            worker.suspend()
        assert not handle.done
        assert worker.evaluate("1") == 1


def test_states_that_are_refused(wasm_launcher: WasmLauncher) -> None:
    from engo.wasm.delta import read_delta, write_delta

    with open_worker(wasm_launcher) as worker:
        state = worker.suspend()
    delta = read_delta(state, KEY)
    with pytest.raises(SnapshotAltered):
        open_worker(wasm_launcher, resume=state[:-1])
    with pytest.raises(SnapshotWrongKey):
        engo.Worker(launcher=wasm_launcher, key=bytes(32), resume=state)
    for foreign in ({"build": "other"}, {"image_digest": bytes(32)}):
        with pytest.raises(SnapshotForeign):
            open_worker(
                wasm_launcher, resume=write_delta(delta._replace(**foreign), KEY)
            )
    with pytest.raises(UsageError, match="bytes of one suspended worker"):
        open_worker(wasm_launcher, resume="state")
    with pytest.raises(UsageError, match="expected an image"):
        open_worker(wasm_launcher, resume=write_delta(delta._replace(image="no"), KEY))


# The cache


def test_a_folder_that_others_may_write_is_refused(tmp_path: Path) -> None:
    with WasmLauncher(folder=str(tmp_path)) as launcher:
        Path(launcher.images.folder).mkdir(parents=True)
        os.chmod(launcher.images.folder, 0o777)
        with pytest.raises(LaunchError, match="mode 0777"):
            launcher.image("bare")


def test_machine_code_that_the_runtime_refuses_is_made_again(
    wasm_launcher: WasmLauncher,
) -> None:
    said: list[str] = []
    wasm_launcher.image("bare")
    folder = Path(wasm_launcher.images.folder)
    # As a new file: the old one is mapped, and what is mapped may not shrink.
    (folder / "new").write_bytes(b"of another release")
    (folder / "new").replace(folder / "bare.cwasm")
    with (
        WasmLauncher(folder=str(folder.parents[1]), say=said.append) as launcher,
        open_worker(launcher) as worker,
    ):
        assert worker.evaluate("1") == 1
    assert len(said) == 1
    assert "is made again" in said[0]


def test_the_name_of_the_cache_names_what_code_depends_on() -> None:
    names = {
        cache_key([b"a"], "x"), cache_key([b"b"], "x"), cache_key([b"a"], "y"),
        cache_key([b"a", b"c"], "x"),
    }  # fmt: skip
    assert len(names) == 4


def test_a_runtime_that_cannot_compile_says_so(wasm_launcher: WasmLauncher) -> None:
    with pytest.raises(RuntimeFailed):
        wasm_launcher.images.runtime.compile(b"no module")
    with pytest.raises(UsageError, match="expected an image of bare, endo"):
        wasm_launcher.image("nothing")


def test_engines_and_launchers_that_do_not_go_together() -> None:
    with pytest.raises(UsageError, match="expected an engine of native, wasm"):
        engo.Worker(engine="v8")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="are of 'native'"):
        engo.Worker(engine="wasm", launcher="reexec")


def test_a_forked_process_leaves_the_machines_alone(
    wasm_launcher: WasmLauncher,
) -> None:
    with open_worker(wasm_launcher) as worker:
        worker.evaluate("globalThis.a = 1")
        child = os.fork()
        if child == 0:
            worker.close()
            os._exit(7)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
        assert worker.evaluate("a") == 1


def test_a_launcher_is_closed_after_its_workers(wasm_cache: str) -> None:
    launcher = WasmLauncher(folder=wasm_cache)
    worker = open_worker(launcher)
    with pytest.raises(UsageError, match="got 1 that are open"):
        launcher.close()
    assert worker.evaluate("1") == 1
    worker.close()
    launcher.close()
    launcher.close()
