/*---
flags: [noStrict]
negative:
  phase: runtime
  type: RangeError
---*/
