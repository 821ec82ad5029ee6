"""What of test262 is not run, each with its reason. docs/test262.md shows it.

Only what Engo does not mean to have, or what no test can tell: a defect or a feature
that is missing so far belongs into the lists of expected failures.
"""

from __future__ import annotations

from typing import Final

PROPOSAL: Final = "a proposal that this engine is older than"
AGENT: Final = "a machine is one agent: it has no threads to start others in"
BLOCK: Final = "the main agent of XS may block"
REALM: Final = "a machine has one set of intrinsics, so there is no second realm"
INTL: Final = "Intl is no part of the default engine"
TEMPORAL: Final = "Temporal is no part of this engine"

FOLDERS: Final = {"intl402": INTL}
FLAGS: Final = {"CanBlockIsFalse": BLOCK}
FEATURES: Final = {
    "Temporal": TEMPORAL,
    "Intl": INTL,
    "canonical-tz": INTL,
    "cross-realm": REALM,
    "IsHTMLDDA": "there is no document.all to imitate",
    "ShadowRealm": PROPOSAL,
    "decorators": PROPOSAL,
    "import-defer": PROPOSAL,
    "import-bytes": PROPOSAL,
    "import-text": PROPOSAL,
    "source-phase-imports": PROPOSAL,
    "source-phase-imports-module-source": PROPOSAL,
    "immutable-arraybuffer": PROPOSAL,
    "Atomics.waitAsync": PROPOSAL,
    "Atomics.pause": PROPOSAL,
}
