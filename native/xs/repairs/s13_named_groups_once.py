"""`$<name>` in a replacement asks for the group once.

Symptom: `RegExp.prototype[Symbol.replace]` on an object whose `exec` gives `groups`
with a getter writes as many bytes as the getter likes behind the new string.
Cause: the text was measured in one pass and written in another, and each of them asked
the guest for the group; what it gave the second time was not measured. The getter also
may collect, after which the template was read where it no longer was.
Effect: the measuring pass keeps what it was given, for the writing pass. A match that
claims to be longer than what is left adds nothing for `$'` in place of ending the
machine, and a group's name that is too long is an error rather than a jump to nowhere.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

FILE = "xs/sources/xsString.c"

REPAIR = Repair(
    name="s13_named_groups_once",
    reason="a getter of a named group wrote behind the text that replace makes",
    edits=(
        Edit(
            FILE,
            old="""\
	txSlot* capture;
	txString s;
	r = replace->value.string;
""",
            new="""\
	txSlot* capture;
	txString s;
	txSlot* list = C_NULL;
	txSlot* item = C_NULL;
	r = replace->value.string;
""",
        ),
        Edit(
            FILE,
            old="""\
				l += size - (offset + length);
				flag = 1;
""",
            new="""\
				if (size > offset + length)
					l += size - (offset + length);
				flag = 1;
""",
        ),
        Edit(
            FILE,
            old="""\
					if (d) {
						txInteger n = mxPtrDiff(r - t);
						txID name;
						if (n > 255)
							fxJump(the);
						c_memcpy(the->nameBuffer, t, n);
						the->nameBuffer[n] = 0;
						name = fxFindName(the, the->nameBuffer);
						if (name) {
""",
            new="""\
					if (d) {
						txInteger n = mxPtrDiff(r - t);
						txInteger at = mxPtrDiff(r - replace->value.string);
						txID name;
						if (n > 255)
							mxSyntaxError("invalid replacement: too long a name");
						c_memcpy(the->nameBuffer, t, n);
						the->nameBuffer[n] = 0;
						name = fxFindName(the, the->nameBuffer);
						if (!list)
							list = item = fxNewInstance(the);
						item = item->next = fxNewSlot(the);
						item->kind = mxEmptyString.kind;
						item->value = mxEmptyString.value;
						if (name) {
""",
        ),
        Edit(
            FILE,
            old="""\
								l = fxAddChunkSizes(the, l, mxStringLength(the->stack->value.string));
							}
							mxPop();
						}
						r++;
						flag = 1;
""",
            new="""\
								l = fxAddChunkSizes(the, l, mxStringLength(the->stack->value.string));
								item->kind = the->stack->kind;
								item->value = the->stack->value;
							}
							mxPop();
						}
						r = replace->value.string + at + 1;
						flag = 1;
""",
        ),
        Edit(
            FILE,
            old="""\
		s = the->stack->value.string;
		while ((c = c_read8(r++))) {
""",
            new="""\
		s = the->stack->value.string;
		item = list;
		while ((c = c_read8(r++))) {
""",
        ),
        Edit(
            FILE,
            old="""\
						txString t = r;
						while ((d = c_read8(r))) {
							if (d == '>')
								break;
							r++;
						}
						if (d) {
							txInteger n = mxPtrDiff(r - t);
							txID name;
							if (n > 255)
								fxJump(the);
							c_memcpy(the->nameBuffer, t, n);
							the->nameBuffer[n] = 0;
							name = fxFindName(the, the->nameBuffer);
							if (name) {
								mxPushSlot(groups);
								mxGetID(name);
								if (!mxIsUndefined(the->stack)) {
									fxToString(the, the->stack);
									l = mxStringLength(the->stack->value.string);
									c_memcpy(s, the->stack->value.string, l);
									s += l;
								}
								mxPop();
							}
							r++;
						}
""",
            new="""\
						txString t = r;
						while ((d = c_read8(r))) {
							if (d == '>')
								break;
							r++;
						}
						if (d) {
							item = item->next;
							l = mxStringLength(item->value.string);
							c_memcpy(s, item->value.string, l);
							s += l;
							r++;
						}
""",
        ),
        Edit(
            FILE,
            old="""\
				*s++ = c;
		}
		*s = 0;
	}
	else
		mxPushSlot(replace);
""",
            new="""\
				*s++ = c;
		}
		*s = 0;
		if (list) {
			(the->stack + 1)->kind = the->stack->kind;
			(the->stack + 1)->value = the->stack->value;
			mxPop();
		}
	}
	else
		mxPushSlot(replace);
""",
        ),
    ),
    programs=("safety/replace-groups-once",),
)
