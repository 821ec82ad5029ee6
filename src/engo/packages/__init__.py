"""Packages: how the specifiers of ES modules become files. Pure over a read power."""

from engo.packages.errors import (
    InvalidPackage,
    InvalidSpecifier,
    ModuleNotFound,
    NotExported,
    ResolutionError,
)
from engo.packages.manifest import DEFAULT_CONDITIONS
from engo.packages.resolver import Path, Read, Resolver

__all__ = [
    "DEFAULT_CONDITIONS",
    "InvalidPackage",
    "InvalidSpecifier",
    "ModuleNotFound",
    "NotExported",
    "Path",
    "Read",
    "ResolutionError",
    "Resolver",
]
