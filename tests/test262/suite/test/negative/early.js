/*---
negative:
  phase: early
  type: SyntaxError
---*/
$DONOTEVALUATE();
let twice; let twice;
