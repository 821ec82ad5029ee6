/*---
flags: [noStrict]
---*/
assert.sameValue(typeof leaked, "undefined");
globalThis.leaked = 1;
