"""`engo spawn`: make workers."""

from __future__ import annotations

from ...captp.values import Undefined
from ..agent import name_path, open_agent, require_names
from ..errors import UsageError
from ..grammar import AS, Argument, Given, Option, Verb
from ..several import answer_all

ENGINES = ("native", "wasm", "wasm-child")
WITH_INTL = "endo-intl"


def run(given: Given) -> int:
    names = given.all("names")
    require_names(names, "spawn")
    paths = [name_path(name) for name in names]
    engine = given.option("engine")
    if engine is not None and engine not in ENGINES:
        raise UsageError(
            f"error: expected an engine of {', '.join(ENGINES)}; got '{engine}'; "
            "see 'engo spawn --help'"
        )
    with open_agent(given) as agent:
        if engine is None and not given.has("intl"):  # as Endo does
            made = [agent.send("provideWorker", path) for path in paths]
        else:
            kind = [Undefined if engine is None else engine]
            if given.has("intl"):
                kind.append(WITH_INTL)
            made = [agent.send("spawnWorker", path, *kind) for path in paths]
        return answer_all(agent, made)


VERB = Verb(
    "spawn",
    "makes workers, each under a name",
    run,
    arguments=[Argument("names", "names or paths", required=False, many=True)],
    options=[
        AS,
        Option(
            "-e, --engine",
            "what they run on: native (a process each), wasm (WebAssembly in the "
            "daemon), wasm-child (in one process for all)",
            "engine",
        ),
        Option(
            "-i, --intl",
            "with Intl: dates, numbers and lists as people write them, in English",
        ),
    ],
    details=(
        "A name that stands for something already is left as it is. "
        "Without --engine, ENGO_ENGINE of the daemon decides, else native. "
        "A worker with Intl takes 5 MB more; see docs/javascript.md."
    ),
    examples=[
        ("engo spawn w1", ""),
        ("engo eval '1 + 1' -w w1", "uses it; eval also makes workers by itself"),
        ("engo spawn -e wasm w2 w3", "workers that take no process"),
        ("engo spawn --intl w4", "one in which toLocaleString knows English"),
    ],
)
