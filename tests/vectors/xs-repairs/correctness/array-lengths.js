// Lengths of array-likes, and of arrays that may not change.
for (const length of [-1, NaN, undefined, '2', 1.9, -Infinity]) print(Array.from({ length, 0: 'a', 1: 'b' }).join());
const attempt = (f) => { try { return f(); } catch (e) { return e.name; } };
for (const make of [Object.seal, Object.freeze, Object.preventExtensions]) {
  for (const length of [0, 2, 3]) {
    const array = make([1, 2]);
    print(attempt(() => { 'use strict'; array.length = length; return 'set'; }), array.length, array.join());
  }
}
const firm = Object.defineProperty([1, 2, 3, 4], 1, { configurable: false });
print(attempt(() => { 'use strict'; firm.length = 0; return 'set'; }), firm.length, firm.join());
