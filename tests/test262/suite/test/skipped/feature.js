/*---
features: [Symbol, Temporal]
---*/
assert(false);
