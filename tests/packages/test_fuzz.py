"""Whatever is asked and whatever a package says: a path inside, or a named error."""

import json

from hypothesis import given
from hypothesis import strategies as st

from engo.packages import Path, ResolutionError, Resolver

SEGMENT = st.sampled_from(
    ["a", "b.js", "..", ".", "", "*", "node_modules", "@s", "%2e"]
)
SPECIFIER = st.one_of(
    st.text(max_size=8),
    st.lists(SEGMENT, min_size=1, max_size=5).map("/".join),
    st.lists(SEGMENT, min_size=1, max_size=4).map(lambda s: "./" + "/".join(s)),
    st.lists(SEGMENT, min_size=1, max_size=3).map(lambda s: "#" + "/".join(s)),
)
TARGET = st.recursive(
    st.one_of(st.none(), st.integers(), SPECIFIER),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.one_of(st.sampled_from(["import", "xs", "default", "."]), SPECIFIER),
            inner,
            max_size=3,
        ),
    ),
    max_leaves=6,
)
MANIFEST = st.one_of(
    st.none(),
    st.binary(max_size=20),
    st.fixed_dictionaries(
        {},
        optional={
            "name": st.one_of(SPECIFIER, st.integers()),
            "main": SPECIFIER,
            "module": SPECIFIER,
            "exports": TARGET,
            "imports": TARGET,
        },
    ).map(lambda fields: json.dumps(fields).encode()),
)


@given(
    SPECIFIER, st.lists(st.sampled_from(["a", "node_modules"]), max_size=3), MANIFEST
)
def test_resolution_stays_inside(
    specifier: str, referrer: list[str], manifest: bytes | None
) -> None:
    asked: list[Path] = []

    def read(path: Path) -> bytes | None:
        asked.append(path)
        return manifest if path[-1] == "package.json" else b""

    try:
        found = Resolver(read).resolve(specifier, (*referrer, "x.js"))
    except ResolutionError:
        found = ("none",)
    for path in (found, *asked):
        assert path
        assert not {"", ".", ".."} & set(path)
        assert not any("/" in part or "\0" in part for part in path)
