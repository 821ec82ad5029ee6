"""The bootstrap makes the same images inside the module, unchanged.

A snapshot holds pointers' sizes, so a module's images are its own. They are made here
once more, by another driver than the build's (native/xs/wasm_images.py).
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import pytest

from engo import native
from engo.bootstrap.build import reader, scripts_of
from engo.bootstrap.modules import ModuleServer
from engo.worker.snapshotfile import HEADER_BYTES, image_digest, parse_header
from native.xs.fetch import endo_packages
from native.xs.intl_packages import intl_packages
from native.xs.pipeline import BUILD, CACHE
from tests.wasm.instance import IMAGES, MODULE, Instance, Message, compiled

if TYPE_CHECKING:
    from collections.abc import Callable


FOLDERS = (endo_packages(BUILD), intl_packages(BUILD, CACHE))


def answering(server: ModuleServer) -> Callable[[Message], Message]:
    def answer(call: Message) -> Message:
        return {"op": "reply", "id": call["id"], "data": server.answer(call["data"])}

    return answer


def image(module: tuple[Any, Any], name: str) -> bytes:
    made = Instance(*module)
    made.on_call = answering(ModuleServer(reader(*FOLDERS)))
    made.start()
    for path in scripts_of(name):
        said = made.evaluate(path.read_text(), f"engo:{path.name}")
        assert said["op"] == "result", said
    return made.snapshot()


@pytest.mark.parametrize("name", ["bare", "endo", "endo-intl"])
def test_an_image_is_made_again_and_restored(name: str) -> None:
    module = compiled()
    body = image(module, name)
    installed = (IMAGES / f"{name}.wasm-snapshot").read_bytes()
    assert installed[HEADER_BYTES:] == body
    assert image_digest(installed) == native.image_digest(f"{name}.wasm")
    restored = Instance(*module)
    assert restored.start(body)[-1]["op"] == "ready"
    assert restored.evaluate("1 + 1")["value"] == 2
    assert restored.evaluate("Object.isFrozen(Array.prototype)")["value"] is True
    restored.evaluate("console.log('from', 'inside')")
    assert restored.messages(2) == [[1, "", "from inside"]]


def test_the_module_is_the_one_that_the_extension_knows() -> None:
    digest = hashlib.sha256(MODULE.read_bytes()).digest()
    assert native.image_digest("engo.wasm") == digest


def test_images_name_the_modules_build() -> None:
    made = Instance(*compiled())
    (ready,) = made.start()
    for path in IMAGES.glob("*.wasm-snapshot"):
        header = parse_header(path.read_bytes())
        assert (header.build, header.engine) == (ready["build"], ready["engine"])
        assert header.build != native.build_id()
