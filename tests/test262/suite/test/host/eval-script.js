/*---
---*/
$262.evalScript("let lexical = 1; var variable = 2;");
assert.sameValue(lexical, 1);
assert.sameValue(variable, 2);
assert.throws(SyntaxError, function () { $262.evalScript("let let"); });
