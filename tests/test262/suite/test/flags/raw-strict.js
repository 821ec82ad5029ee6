/*---
flags: [raw]
negative:
  phase: runtime
  type: TypeError
---*/
'use strict';
's'.property = null;
