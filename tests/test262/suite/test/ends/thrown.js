/*---
flags: [noStrict]
---*/
throw { toString() { throw 1; } };
