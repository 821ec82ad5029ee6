"""Resolves the specifiers of ES modules as Node does, over a power to read files.

Pure: files are read through `read(segments) -> bytes | None`, and a path is a list
of names that can never leave the root. No directory is listed and no link followed;
packages lie in `node_modules` beside or above who asks.
"""

from collections.abc import Callable, Sequence

from engo.packages.errors import (
    InvalidPackage,
    InvalidSpecifier,
    ModuleNotFound,
    NotExported,
    ResolutionError,
)
from engo.packages.manifest import (
    DEFAULT_CONDITIONS,
    Manifest,
    ManifestError,
    NoTarget,
)

Path = tuple[str, ...]
"""The names on the way from the root to a file; never empty, `.` or `..`."""
Read = Callable[[Path], bytes | None]
"""The bytes of a file, or None when there is none."""

MODULES = "node_modules"
MANIFEST = "package.json"


class Resolver:
    """Resolution over one tree of files. Remembers each package.json."""

    def __init__(
        self, read: Read, conditions: Sequence[str] = DEFAULT_CONDITIONS
    ) -> None:
        self._read = read
        self._conditions = tuple(conditions)
        self._manifests: dict[Path, Manifest | None] = {}  # by the package's folder

    def resolve(self, specifier: str, referrer: Path | None = None) -> Path:
        """The file that `specifier` means in the module `referrer`.

        `referrer` None stands for a module in the root folder.
        Raises the errors of `engo.packages.errors`, nothing else.
        """
        asker = Query(specifier, referrer or ())
        folder = asker.referrer[:-1]
        if _is_relative(specifier):
            path = join(folder, specifier, asker)
            return self._existing(path, asker)
        if specifier.startswith("#"):
            return self._internal(asker)
        name, subpath = split_package(asker)
        own = self._scope(folder, asker)
        if own is not None:
            manifest = self._manifest(own, asker)
            if manifest and manifest.name == name and manifest.has_exports:
                return self._exported(own, manifest, subpath, asker)
        for end in range(len(folder), -1, -1):
            above = folder[:end]
            if above and above[-1] == MODULES:
                continue
            package = (*above, MODULES, *name.split("/"))
            if self._manifest(package, asker) is not None:
                return self._inside(package, subpath, asker)
        raise asker.error(
            ModuleNotFound,
            f"expected a package {name} in a {MODULES} on the way up; install it",
        )

    def read(self, path: Path) -> bytes | None:
        """The bytes of a file that was resolved."""
        return self._read(path)

    def package_of(self, path: Path) -> Path | None:
        """The folder of the package that a file belongs to."""
        return self._scope(path[:-1], Query("", path))

    def _manifest(self, folder: Path, asker: "Query") -> Manifest | None:
        if folder not in self._manifests:
            data = self._read((*folder, MANIFEST))
            try:
                self._manifests[folder] = None if data is None else Manifest(data)
            except ManifestError as error:
                raise asker.error(
                    InvalidPackage, f"{'/'.join((*folder, MANIFEST))}: {error}"
                ) from error
        return self._manifests[folder]

    def _scope(self, folder: Path, asker: "Query") -> Path | None:
        for end in range(len(folder), -1, -1):
            above = folder[:end]
            if above and above[-1] == MODULES:
                return None
            if self._manifest(above, asker) is not None:
                return above
        return None

    def _inside(self, package: Path, subpath: str, asker: "Query") -> Path:
        manifest = self._manifest(package, asker)
        assert manifest is not None
        if manifest.has_exports:
            return self._exported(package, manifest, subpath, asker)
        if subpath != ".":
            return self._existing(join(package, subpath, asker), asker)
        for entry in manifest.entries:
            path = join(package, f"./{entry.removeprefix('./')}", asker)
            for candidate in (path, _with_js(path), (*path, "index.js")):
                if self._read(candidate) is not None:
                    return candidate
        raise asker.error(
            ModuleNotFound,
            f"expected one of {', '.join(manifest.entries)} in {'/'.join(package)}",
        )

    def _exported(
        self, package: Path, manifest: Manifest, subpath: str, asker: "Query"
    ) -> Path:
        try:
            target = manifest.export(subpath, self._conditions)
        except NoTarget as error:
            raise asker.error(
                NotExported,
                f"{'/'.join(package)} does not export {subpath!r} under the "
                f"conditions {', '.join(self._conditions)}",
            ) from error
        except ManifestError as error:
            raise asker.error(
                InvalidPackage, f"{'/'.join(package)}: {error}"
            ) from error
        return self._existing(join(package, target, asker), asker)

    def _internal(self, asker: "Query") -> Path:
        scope = self._scope(asker.referrer[:-1], asker)
        manifest = None if scope is None else self._manifest(scope, asker)
        if scope is None or manifest is None:
            raise asker.error(NotExported, "expected a package.json with imports")
        try:
            target = manifest.internal(asker.specifier, self._conditions)
        except NoTarget as error:
            raise asker.error(
                NotExported, f"{'/'.join(scope) or '.'} has no such entry in imports"
            ) from error
        except ManifestError as error:
            raise asker.error(InvalidPackage, f"{'/'.join(scope)}: {error}") from error
        if target.startswith("./"):
            return self._existing(join(scope, target, asker), asker)
        if target.startswith(("#", "/", "../")):
            raise asker.error(
                InvalidPackage, f"expected ./file or a package, got {target!r}"
            )
        return self.resolve(target, asker.referrer)

    def _existing(self, path: Path, asker: "Query") -> Path:
        if self._read(path) is None:
            raise asker.error(
                ModuleNotFound,
                f"expected a file {'/'.join(path)}; ES modules name theirs in full",
            )
        return path


class Query:
    """What is asked, for the error texts."""

    __slots__ = ("referrer", "specifier")

    def __init__(self, specifier: str, referrer: Path) -> None:
        self.specifier = specifier
        self.referrer = referrer

    def error(self, kind: type[ResolutionError], text: str) -> ResolutionError:
        return kind(self.specifier, "/".join(self.referrer), text)


def _is_relative(specifier: str) -> bool:
    return specifier in (".", "..") or specifier.startswith(("./", "../"))


def _with_js(path: Path) -> Path:
    return (*path[:-1], f"{path[-1]}.js")


def join(folder: Path, relative: str, asker: Query) -> Path:
    """`relative` (with `/`, `.` and `..`) seen from `folder`.

    Raises InvalidSpecifier when it leaves the root or names nothing.
    """
    parts = list(folder)
    for name in relative.split("/"):
        if name in ("", "."):
            continue
        if name == "..":
            if not parts:
                raise asker.error(
                    InvalidSpecifier, "expected a path inside the root folder"
                )
            parts.pop()
        elif "\\" in name or "\0" in name or "%" in name:
            raise asker.error(
                InvalidSpecifier, f"expected plain file names, got {name!r}"
            )
        else:
            parts.append(name)
    if not parts:
        raise asker.error(InvalidSpecifier, "expected a file, got the root folder")
    return tuple(parts)


def split_package(asker: Query) -> tuple[str, str]:
    """A bare specifier as the package's name and `.` or `./subpath`.

    Raises InvalidSpecifier.
    """
    specifier = asker.specifier
    parts = specifier.split("/")
    count = 2 if specifier.startswith("@") else 1
    name = "/".join(parts[:count])
    wrong = (
        len(parts) < count
        or not all(parts[:count])
        or any(part.startswith(".") for part in parts[:count])
        or any(c in name for c in "\\%:\0")
        or ".." in parts[count:]
    )
    if wrong:
        raise asker.error(
            InvalidSpecifier,
            "expected ./path, ../path, #name or a package's name",
        )
    rest = "/".join(parts[count:])
    return name, f"./{rest}" if rest else "."
