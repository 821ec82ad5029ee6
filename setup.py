"""Packaging hooks that cannot be declared: the native build, and what an sdist carries.

Everything that can be declared is in pyproject.toml.
"""

import sys
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext
from setuptools.command.sdist import sdist

sys.path.insert(0, str(Path(__file__).resolve().parent))

import build_ffi
from native.xs import assemble, fetch, intl_packages, pipeline


class BuildNative(build_ext):
    """Builds the extension, the executable, the module and the images in one step."""

    def build_extension(self, ext):
        made = assemble.build(build_ffi.emit, print)
        extension = Path(self.get_ext_fullpath(ext.name))
        build_ffi.install(made, extension.parent)

    def get_outputs(self):
        package = Path(self.get_ext_fullpath("engo._xsnap")).parent
        names = [f"images/{name}" for name in assemble.image_names()]
        own = [str(package / name) for name in ("bin/engo-xsnap", *names)]
        return [*super().get_outputs(), *own]


class SourceWithArchives(sdist):
    """A source distribution builds without npm: it carries what npm would fetch."""

    def run(self):
        fetch.vendor(pipeline.CACHE)
        intl_packages.vendor(pipeline.CACHE)
        super().run()


setup(
    ext_modules=[Extension("engo._xsnap", sources=[], py_limited_api=True)],
    cmdclass={"build_ext": BuildNative, "sdist": SourceWithArchives},
    options={"bdist_wheel": {"py_limited_api": "cp311"}},
    scripts=["bin/engo"],
)
