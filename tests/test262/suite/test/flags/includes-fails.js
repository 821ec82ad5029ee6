/*---
includes: [fails.js]
flags: [noStrict]
negative:
  phase: runtime
  type: TypeError
---*/
