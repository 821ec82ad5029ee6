/*---
flags: [async]
---*/
import("./plain_FIXTURE.js").then(function (ns) {
  assert.sameValue(ns.default, "plain");
}).then($DONE, $DONE);
