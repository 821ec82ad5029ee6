/*---
description: runs sloppy and strict
---*/
var sloppy = (function () { return this !== undefined; })();
print("sloppy " + sloppy);
assert.sameValue(typeof ANSWER, "undefined");
