/*---
flags: [CanBlockIsTrue]
---*/
assert(true);
