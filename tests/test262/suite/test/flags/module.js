/*---
flags: [module]
---*/
assert.sameValue(this, undefined);
export const exported = 1;
