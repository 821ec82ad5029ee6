"""Resolution of ES module specifiers over trees that exist only in memory."""

import json

import pytest

from engo.packages import (
    InvalidPackage,
    InvalidSpecifier,
    ModuleNotFound,
    NotExported,
    Path,
    ResolutionError,
    Resolver,
)

Tree = dict[str, str | dict[str, object]]


def resolver(tree: Tree, conditions: tuple[str, ...] | None = None) -> Resolver:
    files = {
        tuple(name.split("/")): (
            content if isinstance(content, str) else json.dumps(content)
        ).encode()
        for name, content in tree.items()
    }

    def read(path: Path) -> bytes | None:
        assert all(part not in ("", ".", "..") for part in path)
        return files.get(path)

    return Resolver(read) if conditions is None else Resolver(read, conditions)


def resolve(tree: Tree, specifier: str, referrer: str = "") -> str:
    asker = tuple(referrer.split("/")) if referrer else None
    return "/".join(resolver(tree).resolve(specifier, asker))


RELATIVE: Tree = {"a/b.js": "", "a/c/d.js": "", "e.js": ""}


@pytest.mark.parametrize(
    ("specifier", "referrer", "expected"),
    [
        ("./b.js", "a/x.js", "a/b.js"),
        ("../e.js", "a/x.js", "e.js"),
        ("./c/../b.js", "a/x.js", "a/b.js"),
        ("./e.js", "", "e.js"),
        ("../b.js", "a/c/d.js", "a/b.js"),
    ],
)
def test_relative(specifier: str, referrer: str, expected: str) -> None:
    assert resolve(RELATIVE, specifier, referrer) == expected


def test_relative_needs_the_whole_name() -> None:
    with pytest.raises(ModuleNotFound, match="expected a file a/b; ES modules name"):
        resolve(RELATIVE, "./b", "a/x.js")


@pytest.mark.parametrize("specifier", ["../../e.js", "./..", "./\\b.js", "./%2e%2e/b"])
def test_relative_stays_inside(specifier: str) -> None:
    with pytest.raises(InvalidSpecifier):
        resolve(RELATIVE, specifier, "a/x.js")


@pytest.mark.parametrize(
    "specifier",
    [
        "",
        "/e.js",
        "@scope",
        "@scope/",
        "@/.",
        "@s/..",
        "a//b",
        ".hidden",
        "node:fs",
        "p/../../e.js",
    ],
)
def test_bare_specifiers_are_checked(specifier: str) -> None:
    with pytest.raises(ResolutionError):
        resolve({**RELATIVE, "node_modules/a/package.json": {}}, specifier)


def test_nearest_node_modules_wins() -> None:
    tree: Tree = {
        "node_modules/p/package.json": {},
        "node_modules/p/index.js": "",
        "app/node_modules/p/package.json": {},
        "app/node_modules/p/index.js": "",
    }
    assert resolve(tree, "p", "app/x/main.js") == "app/node_modules/p/index.js"
    assert resolve(tree, "p", "other/main.js") == "node_modules/p/index.js"


def test_no_node_modules_inside_node_modules() -> None:
    tree: Tree = {
        "node_modules/q/package.json": {"name": "q"},
        "node_modules/q/index.js": "",
        "node_modules/node_modules/p/package.json": {},
        "node_modules/node_modules/p/index.js": "",
    }
    with pytest.raises(ModuleNotFound, match="expected a package p"):
        resolve(tree, "p", "node_modules/q/index.js")


@pytest.mark.parametrize(
    ("manifest", "file"),
    [
        ({"main": "lib/m.js"}, "lib/m.js"),
        ({"main": "./lib/m.js"}, "lib/m.js"),
        ({"main": "lib/m"}, "lib/m.js"),
        ({"main": "lib"}, "lib/index.js"),
        ({"main": "m.cjs", "module": "m.mjs"}, "m.mjs"),
        ({"main": "gone.js"}, "index.js"),
        ({}, "index.js"),
    ],
)
def test_entry_without_exports(manifest: dict[str, object], file: str) -> None:
    tree: Tree = {"node_modules/p/package.json": manifest, f"node_modules/p/{file}": ""}
    assert resolve(tree, "p") == f"node_modules/p/{file}"


def test_subpath_without_exports() -> None:
    tree: Tree = {"node_modules/@s/p/package.json": {}, "node_modules/@s/p/x/y.js": ""}
    assert resolve(tree, "@s/p/x/y.js") == "node_modules/@s/p/x/y.js"
    with pytest.raises(ModuleNotFound):
        resolve(tree, "@s/p/x/z.js")
    with pytest.raises(ModuleNotFound, match=r"expected one of index\.js"):
        resolve(tree, "@s/p")


EXPORTS: dict[str, object] = {
    ".": {"types": "./t.d.ts", "import": {"xs": "./xs.js", "default": "./i.js"}},
    "./plain.js": "./lib/plain.js",
    "./req": {"require": "./req.cjs"},
    "./list": [{"require": "./req.cjs"}, "./lib/plain.js"],
    "./deep/*": "./lib/*.js",
    "./deep/own/*": "./lib/own/*.js",
    "./deep/hidden/*": None,
    "./*.css": "./css/*.css",
    "./out": "../out.js",
}
SOME_FILES = """
xs.js i.js m.js req.cjs lib/plain.js lib/a/b.js lib/own/c.js
css/main.css lib/hidden/d.js
"""
EXPORTED: Tree = {
    "node_modules/p/package.json": {"name": "p", "main": "m.js", "exports": EXPORTS},
    **{f"node_modules/p/{name}": "" for name in SOME_FILES.split()},
    "node_modules/out.js": "",
}


@pytest.mark.parametrize(
    ("specifier", "file"),
    [
        ("p", "xs.js"),
        ("p/plain.js", "lib/plain.js"),
        ("p/list", "lib/plain.js"),
        ("p/deep/a/b", "lib/a/b.js"),
        ("p/deep/own/c", "lib/own/c.js"),
        ("p/main.css", "css/main.css"),
    ],
)
def test_exports(specifier: str, file: str) -> None:
    assert resolve(EXPORTED, specifier) == f"node_modules/p/{file}"


@pytest.mark.parametrize(
    "specifier",
    ["p/m.js", "p/req", "p/deep/hidden/d", "p/out", "p/package.json", "p/.css"],
)
def test_exports_hide_the_rest(specifier: str) -> None:
    with pytest.raises(NotExported, match="under the conditions import, xs, default"):
        resolve(EXPORTED, specifier)


def test_exported_file_must_exist() -> None:
    with pytest.raises(ModuleNotFound, match=r"lib/nothing\.js"):
        resolve(EXPORTED, "p/deep/nothing")


def test_conditions_can_be_chosen() -> None:
    found = resolver(EXPORTED, ("require",)).resolve("p/req")
    assert found[-1] == "req.cjs"


@pytest.mark.parametrize(
    ("exports", "file"),
    [
        ("./i.js", "i.js"),
        ({"import": "./i.js"}, "i.js"),
        ({"default": "./m.js", "import": "./i.js"}, "m.js"),
        (["./i.js", "./m.js"], "i.js"),
    ],
)
def test_exports_of_the_package_alone(exports: object, file: str) -> None:
    tree: Tree = {
        **EXPORTED,
        "node_modules/p/package.json": {"name": "p", "exports": exports},
    }
    assert resolve(tree, "p") == f"node_modules/p/{file}"


def test_self_reference_uses_own_exports() -> None:
    referrer = "node_modules/p/lib/plain.js"
    assert resolve(EXPORTED, "p", referrer) == "node_modules/p/xs.js"
    root: Tree = {"package.json": {"name": "app", "exports": "./x.js"}, "x.js": ""}
    assert resolve(root, "app", "src/deep/y.js") == "x.js"


def test_imports() -> None:
    tree: Tree = {
        **EXPORTED,
        "package.json": {
            "imports": {"#in/*": "./src/*.js", "#p": {"import": "p"}, "#bad": "../x"}
        },
        "src/a.js": "",
    }
    assert resolve(tree, "#in/a", "src/b.js") == "src/a.js"
    assert resolve(tree, "#p", "src/b.js") == "node_modules/p/xs.js"
    with pytest.raises(NotExported, match="no such entry"):
        resolve(tree, "#nothing", "src/b.js")
    with pytest.raises(InvalidPackage, match=r"expected ./file or a package"):
        resolve(tree, "#bad", "src/b.js")
    with pytest.raises(NotExported, match=r"expected a package\.json with imports"):
        resolve({"x.js": ""}, "#in/a", "x.js")


@pytest.mark.parametrize(
    ("manifest", "text"),
    [
        ("{", "expected package.json as JSON"),
        ("[]", "expected package.json as an object, got list"),
        ('{"name": 1}', "expected name as a string, got int"),
        ('{"exports": {".": "./a.js", "import": "./b.js"}}', "all subpaths or all"),
        ('{"exports": 3}', "expected a target as a string, got int"),
        ("[" * 100_000, "expected package.json as JSON"),
    ],
)
def test_bad_manifests_are_named(manifest: str, text: str) -> None:
    with pytest.raises(InvalidPackage, match=text):
        resolve({"node_modules/p/package.json": manifest}, "p", "app/main.js")


def test_errors_say_who_asked() -> None:
    with pytest.raises(ModuleNotFound) as caught:
        resolve({}, "nothing", "app/main.js")
    assert str(caught.value) == (
        "cannot resolve 'nothing' from app/main.js: expected a package nothing in a "
        "node_modules on the way up; install it"
    )
    assert (caught.value.specifier, caught.value.referrer) == ("nothing", "app/main.js")


def test_package_of() -> None:
    found = resolver(EXPORTED)
    assert found.package_of(("node_modules", "p", "lib", "x.js")) == (
        "node_modules",
        "p",
    )
    assert found.package_of(("node_modules", "out.js")) is None
    assert found.read(("node_modules", "p", "i.js")) == b""
