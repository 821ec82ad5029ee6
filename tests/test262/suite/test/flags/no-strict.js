/*---
flags: [noStrict]
---*/
var seen = 1;
assert.sameValue((function () { return this.seen; })(), 1);
with ({ inside: 2 }) assert.sameValue(inside, 2);
