"""The repairs' guest programs as the scripts that are run: text in, text out.

A program named `.../main` is a graph of modules: it becomes one script that imports
it in a compartment whose hooks know the folder's files. Not a test file.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

PROGRAMS = Path(__file__).parents[1] / "vectors" / "xs-repairs"
LARGE = re.compile(r"(?<![\w.$'\"])(\d{4,})(?![\w.n'\"])")
POWER = re.compile(r"(?<![\w.$])(\d+)e([4-9])\b")
GRAPH = """\
const files = FILES;
const hooks = {
  resolveHook: (specifier, referrer) => specifier,
  loadHook: async (name) => {
    if (!(name in files)) throw new Error(`no file ${name}`);
    if (!name.endsWith('.json')) return { source: new ModuleSource(files[name]) };
    return { source: {
      bindings: [{ export: 'default' }],
      execute(environment) { environment.default = JSON.parse(files[name]); },
    } };
  },
};
new Compartment({ ...hooks, globals: { print, ModuleSource } }).import('./main.js');
"""


def script(program: str) -> str:
    """The script that runs a program of tests/vectors/xs-repairs."""
    path = (PROGRAMS / program).with_suffix(".js")
    if path.name != "main.js":
        return path.read_text(encoding="utf-8")
    files = {
        f"./{file.name}": file.read_text(encoding="utf-8")
        for file in sorted(path.parent.iterdir())
        if file.suffix != ".out"
    }
    return GRAPH.replace("FILES", json.dumps(files))


def reduced(source: str) -> str:
    """The same program with sizes of a hundredth."""
    source = POWER.sub(lambda m: f"{m[1]}e{int(m[2]) - 2}", source)
    return LARGE.sub(lambda m: str(int(m[1]) // 100), source)


def options(program: str) -> tuple[str, ...]:
    """What the test shell is told: `stop-` runs until it is interrupted."""
    return ("--interrupt", "250") if "/stop-" in program else ()


def ending(program: str) -> tuple[int, str]:
    """The exit status of a program and what is on its standard error."""
    return (70, "aborted: interrupted\n") if "/stop-" in program else (0, "")


def expected(program: str) -> str:
    """What the program prints."""
    return (PROGRAMS / f"{program}.out").read_text(encoding="utf-8")
