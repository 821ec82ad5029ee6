/*---
description: a test that breaks what the host is made of is still told apart
flags: [async, noStrict]
---*/
String = JSON = Promise = Uint8Array = undefined;
try {
  Promise.prototype.then = Function.prototype.call = undefined;
  Array.prototype[Symbol.iterator] = undefined;
} catch (error) {}
$DONE();
