"""Messages of errors that the engine throws do not begin with `(anonymous-1934): `.

Symptom: in builds with mxDebug, `foo` at top level says
`(anonymous-1934): get foo: undefined variable`. The number is the function's profile
id: it differs from run to run and tells a guest how much was made before it.
Cause: `fxThrowMessage` puts the running function's name before the message, and
functions without a name, and the host, have a made-up one.
Effect: the prefix stays where it is a real name (`f: get foo: undefined variable`).
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

FILE = "xs/sources/xsAPI.c"

REPAIR = Repair(
    name="d01_message_prefix",
    reason="error messages begin with a made-up name that tells a guest of others",
    edits=(
        Edit(
            FILE,
            old="""\
	fxBufferFrameName(the, message, sizeof(message), the->frame, ": ");
	length = mxStringLength(message);
""",
            new="""\
	fxBufferFrameName(the, message, sizeof(message), the->frame, ": ");
	if (c_strstr(message, "anonymous-") || !c_strncmp(message, "(host)", 6))
		message[0] = 0;
	length = mxStringLength(message);
""",
        ),
    ),
    programs=("correctness/message-prefix",),
)
