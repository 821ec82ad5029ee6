"""Anchored edits of published modules, applied to their text while images are built.

A module that is not named here is loaded as it was published. An edit whose anchor
has moved or is ambiguous stops the build: then the package changed, and the edit
must be looked at again. Each edit has a test in tests/bootstrap/test_captp_edits.py.
"""

from typing import Final, NamedTuple


class Edit(NamedTuple):
    """One substitution: `anchor` occurs exactly once and becomes `replacement`."""

    module: str
    reason: str
    anchor: str
    replacement: str


class EditError(Exception):
    """An anchor that does not occur exactly once."""


_CAPTP: Final = "@endo/captp/src/captp.js"
_MARSHAL: Final = "@endo/marshal/src/marshal.js"

EDITS: Final = (
    Edit(
        _CAPTP,
        "Answers are kept under the question's id as it came (q-N); the published "
        "text deletes q+N, so no answer is ever freed.",
        "        answers.delete(slot);\n",
        "        answers.delete(slotID);\n",
    ),
    Edit(
        _CAPTP,
        "A call whose decoding fails is answered with the exception, or its caller "
        "waits for ever. What was decoded before stays counted, as the peer counts.",
        "      recvSlot.abort();\n      quietReject(e, false);\n",
        "      if (obj.type === 'CTP_CALL' && !answers.has(obj.questionID)) {\n"
        "        recvSlot.commit();\n"
        "        answers.set(obj.questionID, quietReject(e));\n"
        "        send({\n"
        "          type: 'CTP_RETURN',\n"
        "          epoch,\n"
        "          answerID: obj.questionID,\n"
        "          exception: serialize(harden(e)),\n"
        "        });\n"
        "        return false;\n"
        "      }\n"
        "      recvSlot.abort();\n"
        "      quietReject(e, false);\n",
    ),
    Edit(
        _CAPTP,
        "Of a received message only the answer's id names an import of ours. The "
        "published text also counts the question's id, which leaks one count for "
        "each call, and the target, which is in the caller's naming.",
        "      for (const prop of WELL_KNOWN_SLOT_PROPERTIES) {\n"
        "        recvSlot.add(obj[prop]);\n"
        "      }\n",
        "      recvSlot.add(obj.answerID);\n",
    ),
    Edit(
        _CAPTP,
        "An export that the peer has dropped gets a new slot when it is sent again; "
        "the published text sends the old one and then does not know it.",
        "        importExportTables.deleteExport(slot);\n",
        "        const dropped = importExportTables.getExport(slot);\n"
        "        if (dropped !== undefined && valToSlot.get(dropped) === slot) {\n"
        "          valToSlot.delete(dropped);\n"
        "        }\n"
        "        importExportTables.deleteExport(slot);\n",
    ),
    Edit(
        _CAPTP,
        "The host wants to see each error that goes out, with its id; marshal has "
        "an option for it, which makeCapTP does not pass on. Nor the name of an id.",
        "      errorIdNum: 20000,\n",
        "      errorIdNum: 20000,\n      marshalSaveError: opts.marshalSaveError,\n"
        "      errorName: opts.errorName,\n",
    ),
    Edit(
        _MARSHAL,
        "A session that lives in an image has its name drawn when the worker begins, "
        "so that the ids of different workers' errors never meet.",
        "    return `error:${marshalName}#${errorIdNum}`;\n",
        "    return `error:${errorName ? errorName() : marshalName}#${errorIdNum}`;\n",
    ),
    Edit(
        _MARSHAL,
        "The option that gives the name of an error's id, for the edit before.",
        "    marshalName = 'anon-marshal',\n",
        "    marshalName = 'anon-marshal',\n    errorName = undefined,\n",
    ),
)


def edited(module: str, source: str, edits: tuple[Edit, ...] = EDITS) -> str:
    """The module's text with its edits applied; raises EditError."""
    for edit in edits:
        if edit.module != module:
            continue
        count = source.count(edit.anchor)
        if count != 1:
            raise EditError(
                f"expected the anchor {edit.anchor.strip()!r} once in {module}, got it "
                f"{count} times; the package changed, look at its edit again: "
                f"{edit.reason}"
            )
        source = source.replace(edit.anchor, edit.replacement)
    return source
