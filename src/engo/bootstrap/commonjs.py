"""CommonJS modules as one script, while images are built: for shims, nothing else.

The script is one strict expression; its value is what the last entry exports. Only
`require('…')` with a relative path is understood, which is what core-js writes.
"""

import re
from posixpath import dirname, join, normpath
from typing import Final

from engo.packages import Read

_REQUIRE: Final = re.compile(r"\brequire\('([^'\n]+)'\)")
_SCRIPT: Final = """\
(() => {{
'use strict';
const made = [];
const require = id => {{
  if (made[id] === undefined) {{
    const module = {{ exports: {{}} }};
    made[id] = module;
    (0, modules[id])(module, module.exports, require);
  }}
  return made[id].exports;
}};
const modules = [
{modules}
];
return [{entries}].map(require).pop();
}})()
"""


class BundleError(Exception):
    """A module that is required and not there, or required in another way."""


class Bundler:
    """Gathers modules below one folder, each once, in the order of their use."""

    def __init__(self, read: Read, folder: str) -> None:
        self._read = read
        self._folder = folder
        self._ids: dict[str, int] = {}
        self._texts: list[str] = []

    def script(self, entries: list[str]) -> str:
        """The script that runs these modules in their order. Raises BundleError."""
        ids = ", ".join(str(self._add(normpath(name), "")) for name in entries)
        return _SCRIPT.format(modules=",\n".join(self._texts), entries=ids)

    def _add(self, name: str, asker: str) -> int:
        if name in self._ids:
            return self._ids[name]
        data = self._read((self._folder, *name.split("/")))
        if data is None:
            by = f", required by {asker}" if asker else ""
            raise BundleError(f"expected the module {name}{by}; is the package pinned?")
        identity = self._ids[name] = len(self._texts)
        self._texts.append("")

        def required(found: re.Match[str]) -> str:
            path = normpath(join(dirname(name), found[1]))
            if not found[1].startswith("."):
                raise BundleError(f"expected a relative path in {name}, got {found[0]}")
            file = path if path.endswith(".js") else f"{path}.js"
            return f"require({self._add(file, name)})"

        body = _REQUIRE.sub(required, data.decode())
        self._texts[identity] = (
            f"function (module, exports, require) {{ // {name}\n{body}\n}}"
        )
        return identity
