/*---
flags: [async, noStrict]
---*/
Promise.reject(new Test262Error("on purpose")).then($DONE, $DONE);
