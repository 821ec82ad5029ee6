/*---
description: an error that comes too late is another error
flags: [noStrict]
negative:
  phase: parse
  type: SyntaxError
---*/
$DONOTEVALUATE();
