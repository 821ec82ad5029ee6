const told = (a) => print(a.map(String).join(), Object.isFrozen(a), Reflect.ownKeys(a).join());
// Frozen while it is sorted: what was given then stays.
for (const freeze of [Object.freeze, harden]) {
  const a = [3, 2, 1, { toString() { freeze(a); return '0'; } }, 5];
  try { a.sort(); } catch (error) { print(error.name); }
  print(a.slice(0, 3).join(), a[4], Object.isFrozen(a));
}
// Shortened, lengthened, given accessors, collected while it is sorted.
const acts = [
  (a) => { a.length = 1; },
  (a) => { a.push(...'zyxwv'); },
  (a) => { Object.defineProperty(a, 1, { get: () => 'g', set() {}, configurable: true }); },
  (a) => { a.splice(0, 3, 'new'); gc(); },
  () => { throw new RangeError('on purpose'); },
];
for (const act of acts) {
  let done = false;
  const a = [{ toString() { if (!done) { done = true; act(a); } return 'b'; } }, 'c', 'a', 'e', 'd'];
  try { a.sort(); } catch (error) { print(error.name); }
  told(a);
}
told([3, 1, , 2].sort());
told(['b', undefined, 'a', null, 10, 9n].sort());
try { [Symbol('s'), 2, 1].sort(); } catch (error) { print(error.name); }
