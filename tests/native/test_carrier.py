"""The C that carries machines, under sanitizers: eight clients, pipes, kills, floods.

There is no runtime in it: tests/native/carrier_stress.c says what machines are there.
"""

import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
XSNAP = HERE.parents[1] / "native/xsnap"
SECONDS = "2"


@pytest.mark.parametrize("sanitizer", ["thread", "address,undefined"])
def test_many_clients_of_a_host(sanitizer: str, tmp_path: Path) -> None:
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        pytest.skip("no C compiler to build the carrier with")
    program = tmp_path / "stress"
    files = ("host.c", "pool.c", "instance.c", "owner.c", "bytes.c")
    sources = [HERE / "carrier_stress.c", *(XSNAP / "embed" / name for name in files)]
    command = [compiler, "-O1", "-g", f"-fsanitize={sanitizer}", f"-I{XSNAP}"]
    made = subprocess.run(
        [*command, *map(str, sources), "-o", str(program), "-lpthread"],
        capture_output=True,
        text=True,
        check=False,
    )
    if "cannot find" in made.stderr:
        pytest.skip("the compiler has no such sanitizer")
    assert made.returncode == 0, made.stderr
    done = subprocess.run(
        [program, SECONDS], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
