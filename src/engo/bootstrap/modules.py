"""Answers the bootstrap's questions for modules, while images are built.

A question is JSON: `{"resolve": specifier, "from": name}` is answered by
`{"name": name}`, `{"load": name}` by `{"source": text}`, and `{"commonjs": [name, …]}`
by the source of one script (see commonjs.py), `{"zones": true}` by the time zones
(see zones.py). A name is the module's path inside node_modules
(`@endo/captp/src/captp.js`): it shows in stacks and must be the same on every machine.
"""

import json
from typing import Any

from engo.bootstrap.commonjs import Bundler
from engo.bootstrap.edits import EDITS, edited
from engo.bootstrap.intl_edits import INTL_EDITS
from engo.bootstrap.zones import pack, read_table
from engo.packages import Read, Resolver

MODULES = "node_modules"
ZONES = "@formatjs/intl-datetimeformat/add-all-tz.js"


class ModuleServer:
    """Serves one tree of packages; `read` takes paths that begin at its root."""

    def __init__(self, read: Read) -> None:
        """`read(("node_modules", …))` is the power to read the packages."""
        self._read = read
        self._resolver = Resolver(read)

    def answer(self, data: bytes) -> bytes:
        """The answer to one question.

        Raises ResolutionError, EditError, BundleError, ZoneError, or ValueError for
        another question.
        """
        question: dict[str, Any] = json.loads(data)
        if "resolve" in question:
            name = self._resolve(question["resolve"], question["from"])
            return json.dumps({"name": name}).encode()
        if "load" in question:
            return json.dumps({"source": self._load(question["load"])}).encode()
        if "commonjs" in question:
            script = Bundler(self._read, MODULES).script(question["commonjs"])
            return json.dumps({"source": script}).encode()
        if "zones" in question:
            return json.dumps(pack(read_table(self._load(ZONES)))).encode()
        raise ValueError(f"expected a question for a module, got {data[:80]!r}")

    def _resolve(self, specifier: str, referrer: str) -> str:
        asker = (MODULES, *referrer.split("/")) if referrer else None
        return "/".join(self._resolver.resolve(specifier, asker)[1:])

    def _load(self, name: str) -> str:
        data = self._read((MODULES, *name.split("/")))
        if data is None:
            raise ValueError(f"expected the name of a resolved module, got {name!r}")
        return edited(name, data.decode(), (*EDITS, *INTL_EDITS))
