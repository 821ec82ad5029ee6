/*---
flags: [CanBlockIsFalse]
---*/
assert(false);
