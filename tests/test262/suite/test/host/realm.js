/*---
---*/
assert.throws(TypeError, function () { $262.createRealm(); });
