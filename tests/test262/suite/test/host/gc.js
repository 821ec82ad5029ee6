/*---
---*/
assert.sameValue($262.gc(), undefined);
assert.sameValue($262.global, globalThis);
