// var in the block of catch (annex B): it is the caught one, and one of the function.
const sources = [
  '(function(){ try { throw 1 } catch (a) { var a = 2; var r = a } return [a, r] })()',
  '(function(){ try { throw 1 } catch (a) { for (var a = 0; a < 3; a++) ; r = a } return [a, r] })()',
  '(function(){ try { throw 1 } catch (a) { for (var a in {q: 1}) ; r = a } return [a, r] })()',
  '(function(){ try { throw 1 } catch (a) { { { var a } } r = a } return [a, r] })()',
  '(function(){ try { throw 1 } catch (a) { function a() {} } })()',
  '(function(){ try { throw 1 } catch (a) { let a } })()',
  '(function(){ try { throw [1] } catch ([a]) { var a } })()',
  '(function(){ try { throw [1] } catch ({a}) { var a } })()',
  '(function(){ try { throw 1 } catch (a) { let b; { var b } } })()',
  '(function(){ try { throw 1 } catch (a) { var f = () => a; var a = 3; return f() } })()',
  '(function(a){ try { throw 1 } catch (a) { var a = 3; } return a })(9)',
  '(function(){ let a; try { throw 1 } catch (a) { var a = 3; } return a })(9)',
  '(function(){ "use strict"; try { throw 1 } catch (a) { var a = 3; return a } })(9)',
  '(function(){ try { throw 1 } catch (a) { try { throw 2 } catch (a) { var a = 3 } r = a } return [a, r] })()',
  '(function(){ try { throw 1 } catch (a) { var [a] = [5]; r = a } return [a, r] })()',
  '(function(){ try { throw 1 } catch (a) { var {a} = {a: 6}; r = a } return [a, r] })()',
  '(function*(){ try { throw 1 } catch (a) { yield a; var a = 6; yield a } yield a })().next().value',
  'try { throw 1 } catch (zz) { var zz = 6; }; typeof zz',
  'try { throw 1 } catch (a = 1) { }',
  'try { throw 1 } catch ([a = 1]) { }',
  'try { throw 1 } catch ([a] = []) { }',
  '(function(){ try { throw 1 } catch (a) { with ({a: 3}) var a = 4; return a } })()',
  '(function(){ try { throw 1 } catch (a) { eval("0"); var a = 4; return a } })()',
  '(function(){ try { throw 1 } catch (a) { eval("a = 7"); var a; return a } })()',
  '(function(){ try { throw 1 } catch { var a = 4 } return a })()',
  '(function(){ try { throw 1 } catch (a) { for (var a of [3]) ; } })()',
  '(function(){ try { throw 1 } catch (a) { for (var [a] of [[3]]) ; } })()',
  '(function(){ try { throw 1 } catch (a) { for (var b of [3]) { var a = b } return a } })()',
  '(function(){ try { throw 1 } catch (a) { for (var b of [() => { try { throw 2 } catch (a) { var a = 3; return a } }]) return b() } })()',
  '(function(){ for (var [b = () => { try { throw 2 } catch (a) { var a = 4; return a } }] of [[]]) return b() })()',
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
