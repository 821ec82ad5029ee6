/*---
flags: [async, noStrict]
---*/
new Promise(function () {}).then($DONE, $DONE);
