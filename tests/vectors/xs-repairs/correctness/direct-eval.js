// eval("...") in a compartment sees the variables and the strictness of its caller.
const source = `
  log('local', (function () { var v = 1; return eval('typeof v') })());
  log('strict', (function () { 'use strict'; return eval('(function () { return this === undefined })()') })());
  log('this', (function () { return eval('this.x') }).call({ x: 2 }));
  log('arguments', (function () { return eval('arguments[0]') })(3));
  log('tail', (() => { const v = 4; return (() => eval('v'))() })());
  log('assigned', (() => { let v = 4; eval('v = 5'); return v })());
  log('new.target', new (function () { this.t = typeof eval('new.target') })().t);
  log('super', { __proto__: { m() { return 6 } }, m() { return eval('super.m()') } }.m());
  log('indirect', (function () { var v = 1; return (0, eval)('typeof v') })());
  log('renamed', (function () { var v = 1; const e = eval; return e('typeof v') })());
  log('shadowed', new Function('eval', 'var v = 1; return eval("typeof v")')((text) => text));
  log('no string', eval(7), eval());
  log('global', eval('globalThis') === globalThis, (0, eval)('globalThis') === globalThis);
  log('error', (() => { try { eval('(') } catch (e) { return e instanceof SyntaxError } })());
`;
const sloppy = `
  log('sloppy var', new Function('eval("var w = 1"); return typeof w')(), typeof globalThis.w);
  log('sloppy local', new Function('a', 'return eval("a + 1")')(1));
`;
const log = (...args) => print(...args);
const inside = new Compartment({ globals: { log } });
inside.evaluate(source);
inside.evaluate(sloppy);
const nested = inside.evaluate('new Compartment({ globals: { log } })');
nested.evaluate(source);
// The eval of another compartment stays indirect.
const other = new Compartment({ globals: { log, foreign: inside.globalThis.eval } });
other.evaluate(`
  log('foreign', new Function('eval', 'var v = 1; return eval("typeof v")')(foreign));
`);
// In a module, too.
const modular = new Compartment({
  globals: { log },
  modules: { a: { source: new ModuleSource(`
    const v = 8;
    log('module', eval('v'), (() => { const w = 9; return eval('w + v') })());
  `) } },
});
modular.importNow('a');
