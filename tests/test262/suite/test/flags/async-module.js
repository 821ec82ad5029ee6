/*---
flags: [generated, async, module]
---*/
await 1;
$DONE();
