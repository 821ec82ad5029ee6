"""What can go wrong when a specifier is resolved, as one tree.

    ResolutionError
    ├── InvalidSpecifier     no relative path and no package name
    ├── ModuleNotFound       no such file or package
    ├── NotExported          the package's exports do not offer it
    └── InvalidPackage       a package.json that cannot be understood

`specifier` is what was asked for, `referrer` the module that asked ("" for none).
"""


class ResolutionError(Exception):
    """A specifier cannot be resolved."""

    def __init__(self, specifier: str, referrer: str, text: str) -> None:
        super().__init__(specifier, referrer, text)
        self.specifier = specifier
        self.referrer = referrer
        self.text = text  # what was expected, what came, what to do

    def __str__(self) -> str:
        asker = f" from {self.referrer}" if self.referrer else ""
        return f"cannot resolve {self.specifier!r}{asker}: {self.text}"


class InvalidSpecifier(ResolutionError):
    """Neither a relative path nor a package's name."""


class ModuleNotFound(ResolutionError):
    """No such file, or no such package in any node_modules on the way up."""


class NotExported(ResolutionError):
    """The package exists, but its `exports` do not offer the subpath."""


class InvalidPackage(ResolutionError):
    """A package.json that is no JSON object, or whose fields have wrong types."""
