/*---
description: the start compartment can be changed, one after lockdown cannot
---*/
Array.prototype.map = 1;
assert.sameValue([].map, 1);
