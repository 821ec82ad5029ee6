/*---
flags: [module]
---*/
import value from "./value.json" with { type: "json" };
assert.sameValue(value.answer, 42);
