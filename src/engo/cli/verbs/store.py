"""`engo store`: keep a text, JSON, a bigint or a file under a name."""

from __future__ import annotations

from ..agent import name_path, open_agent
from ..errors import Failure, UsageError
from ..grammar import AS, Given, Option, Verb
from ..inputs import open_file, read_stdin_text, stdin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO

# option -> what Endo calls it in its complaint
SOURCES = {
    "path": "storePath",
    "stdin": "storeStdin",
    "text": "storeText",
    "text-stdin": "storeTextStdin",
    "json": "storeJson",
    "json-stdin": "storeJsonStdin",
    "bigint": "storeBigInt",
}
MAX_DIGITS = 4_300  # what a bigint may have on the wire


def run(given: Given) -> None:
    source = _source(given)
    named = given.option("name")
    if named is None:
        raise UsageError(
            "error: expected a name for the value, -n <name>; see 'engo store --help'"
        )
    path = name_path(named)
    if source == "stdin":
        _store_blob(given, stdin(), path)
    elif source == "path":
        with open_file(given.options["path"]) as stream:
            _store_blob(given, stream, path)
    else:
        value = _value(given, source)
        with open_agent(given) as agent:
            agent.call("storeValue", value, path)


def _source(given: Given) -> str:
    sources = [name for name in SOURCES if given.has(name)]
    if len(sources) != 1:
        got = ", ".join(SOURCES[name] for name in sources)
        flags = ", ".join(f"--{name}" for name in SOURCES)
        raise UsageError(
            f"Must provide exactly one store flag. Got flags for: ({got}); "
            f"expected one of {flags}"
        )
    return sources[0]


def _value(given: Given, source: str) -> object:
    if source == "text":
        return given.options["text"]
    if source == "text-stdin":
        return read_stdin_text()
    if source == "bigint":
        return _bigint(given.options["bigint"])
    text = given.options["json"] if source == "json" else read_stdin_text()
    return _json(text)


def _json(text: str) -> object:
    """JSON as JavaScript reads it; raises Failure."""
    from ...captp.errors import CapTPError
    from ...captp.jstext import parse

    try:
        return parse(text)
    except CapTPError as error:
        raise Failure(f"SyntaxError: {error}") from error


def _bigint(text: str) -> object:
    """A whole number as JavaScript's BigInt() reads it; raises Failure."""
    from ...captp.values import BigInt

    digits = text.strip()
    base = {"0x": 16, "0o": 8, "0b": 2}.get(digits[:2].lower(), 10)
    if "_" not in digits and len(digits) <= MAX_DIGITS:
        try:
            return BigInt(int(digits or "0", base))
        except ValueError:
            pass
    raise Failure(
        f"SyntaxError: Cannot convert {text[:60]} to a BigInt, expected a whole number "
        f"of at most {MAX_DIGITS} digits"
    )


def _store_blob(given: Given, stream: BinaryIO, path: list[str]) -> None:
    from ..blobs import reader

    with open_agent(given) as agent:
        agent.call("storeBlob", reader(stream), path)


VERB = Verb(
    "store",
    "keeps a file, a text, JSON or a bigint under a name",
    run,
    options=[
        AS,
        Option("-n, --name", "the name to keep it under (required)", "name"),
        Option("-p, --path", "a file, kept as a blob", "path"),
        Option("--stdin", "standard input, kept as a blob"),
        Option("--text", "a text", "text"),
        Option("--text-stdin", "standard input, kept as a text"),
        Option("--json", "a JSON value", "json"),
        Option("--json-stdin", "standard input, kept as a JSON value"),
        Option("--bigint", "a whole number of any length", "bigint"),
    ],
    details=(
        "Exactly one of the options that give a value is needed. What is stored is "
        "on disk before the command ends."
    ),
    examples=[
        ("engo store --text 'hello' -n greeting", ""),
        ("engo store --json '[1, 2, {\"a\": null}]' -n data", ""),
        ("engo store --path picture.png -n picture", ""),
        ("date | engo store --text-stdin -n now", ""),
        ("engo store --bigint -5 -n minus-five", ""),
    ],
)
