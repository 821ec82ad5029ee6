/*---
includes: [lexical.js]
---*/
assert.sameValue(ANSWER, 42);
assert.sameValue(Helper.answer(), 42);
assert.sameValue(declared, Helper);
