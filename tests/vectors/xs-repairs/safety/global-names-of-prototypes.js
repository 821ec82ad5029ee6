const c = new Compartment({ globals: { print, gc } });
lockdown();
c.evaluate(`
const own = (name) => Object.prototype.hasOwnProperty.call(globalThis, name);
delete globalThis.Map;
delete globalThis.Set;
(function () {
  let prototype = { Map: 'found on ' + 'the prototype' };
  Object.setPrototypeOf(globalThis, prototype);
  print(globalThis.Map, own('Map'));
  delete prototype.Map;
  print(globalThis.Map, own('Map'));
  Object.setPrototypeOf(globalThis, null);
})();
gc();
const keep = [];
for (let i = 0; i < 2000; i++) keep.push({ a: i, b: [i] });
print(own('Map'), typeof globalThis.Map);
// A read-only property of a prototype is not written into.
const fixed = Object.freeze({ Set: 'fixed' });
Object.setPrototypeOf(globalThis, fixed);
print(globalThis.Set);
Object.defineProperty(globalThis, 'Set', { value: 'own', writable: true, configurable: true });
print(fixed.Set, globalThis.Set, own('Set'));
delete globalThis.Set;
print(globalThis.Set, own('Set'));
globalThis.Map = 'again';
print(globalThis.Map, own('Map'));
`);
