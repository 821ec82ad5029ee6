/*---
---*/
assert.sameValue(1, 2, "one");
