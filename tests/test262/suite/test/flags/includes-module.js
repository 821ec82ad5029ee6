/*---
includes:
  - lexical.js
flags: [module]
---*/
assert.sameValue(Helper.answer(), 42);
