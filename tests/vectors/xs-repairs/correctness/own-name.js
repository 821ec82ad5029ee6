// The name that a function expression has in itself.
const sources = [
  '(function f(){ f = 1; return typeof f })()',
  '(function f(){ "use strict"; f = 1; return typeof f })()',
  '(function f(){ f += 1; f++; --f; [f] = [2]; for (f of [1]); for (f in {a:1}); ({f} = {f: 1}); f ||= 2; f &&= 3; return typeof f })()',
  '(function f(){ return (() => { f = 1; return typeof f })() })()',
  '(function f(){ return (function() { "use strict"; f = 1; return typeof f })() })()',
  '(function f(f){ f = 1; return typeof f })()',
  '(function f(){ var f; f = 1; return typeof f })()',
  '(function f(){ return (f = 5) + 1 })()',
  '(function* f(){ f = 1; yield typeof f })().next().value',
  'function g(){ g = 1; return typeof g } g()',
  '(class C { static m() { C = 1 } }).m()',
  '(function f(){ { function f() {} f = 3; return typeof f } })()',
  '(function f(){ eval(""); f = 1; return typeof f })()',
  '(function f(){ const g = () => { f = 1 }; g(); return typeof f })()',
  '(function(){ const k = 1; k = 2 })()',
  '(function f(a = (f = 2)){ return typeof f })()',
  '(function f(){ f = function(){}; return f.name })()',
  '(function f(f){ return f })(5)',
  '(function f(f){ f = 6; return f })(5)',
  '(function f(a, f){ f = 6; return f })(5)',
  '(function f(a = typeof f){ return a })()',
  '(function f(f = 3){ return f })()',
  '(function f({f}){ return f })({f: 3})',
  '(function f([f]){ f++; return f })([3])',
  '(function f(...f){ return f })(3)',
  '(function f(a, b = () => f){ return typeof b() })()',
  '(function f(f){ return () => f })(5)()',
  '(function f(f){ var f; return f })(5)',
  '(function f(f){ function f() {} return typeof f })(5)',
  '(function f(f){ return arguments[0] + f })(5)',
  '(function f(f){ arguments[0] = 9; return f })(5)',
  '(function* f(f){ yield f })(5).next().value',
  '(function f(f){ return eval("f") })(5)',
  '(function f(f){ "use strict"; return eval("f") })(5)',
  '({ f(f) { return f } }).f(4)',
  '(function f(f){ return f(1) })(x => x + 1)',
  '(function f(){ let f = 3; return f })()',
  '(function f(){ var f = 3; return f })()',
  '(function f(){ var f; return typeof f })()',
  '(function f(){ { let f = 2; f = 3 } return typeof f })()',
  '(function f(){ class f {} return f.name })()',
  '(function f(){ const f = 3; return f })()',
  '(function arguments(){ return typeof arguments })()',
  '(function f(arguments){ return arguments })(7)',
  '(function f(){ return typeof arguments; var arguments })()',
  '(function f(){ var arguments = 3; return arguments })()',
  '(function f(){ let arguments = 3; return arguments })()',
  '(function f(){ function arguments() {} return typeof arguments })()',
  '(function f(f, f){ return f })(1, 2)',
  '(function f(a, a){ return a })(1, 2)',
];
const show = (value) => (typeof value === 'object' ? JSON.stringify(value) : String(value));
for (const source of sources) {
  let result;
  try {
    result = show((0, eval)(source));
  } catch (error) {
    result = error.name;
  }
  print(source.replace(/\n/g, '\\n'), '->', result);
}
