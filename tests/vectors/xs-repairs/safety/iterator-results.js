const kinds = {
  array: () => ['a', 'b'].values(),
  entries: () => ['a', 'b'].entries(),
  typed: () => new Uint8Array([1, 2]).keys(),
  map: () => new Map([[1, 2], [3, 4]]).entries(),
  set: () => new Set(['a', 'b']).values(),
  text: () => 'ab'[Symbol.iterator](),
  match: () => 'ab'.matchAll(/./g),
};
const told = (r) => `${r.value}${r.done ? '!' : ''}`;
for (const [name, make] of Object.entries(kinds)) {
  const iterator = make();
  const results = [];
  for (let i = 0; i < 4; i++) results.push(harden(iterator.next()));
  gc();
  print(name, results.map(told).join(' '), [...make()].length);
}
// Hardened while the next step is under way.
const items = [0, 1, 2];
const iterator = items.values();
const kept = iterator.next();
Object.defineProperty(items, 1, { get() { harden(kept); gc(); return 'second'; } });
const second = iterator.next();
print(told(kept), told(second), told(iterator.next()));
let first;
class Matcher extends RegExp {
  exec(text) {
    if (first) { harden(first); return null; }
    return super.exec(text);
  }
}
const matches = 'ab'.matchAll(new Matcher('.', 'g'));
first = matches.next();
print(told(matches.next()), told(first), told(matches.next()));
// The end is remembered.
const ended = ['a'].values();
ended.next();
harden(ended.next());
print(told(ended.next()), told(harden(ended.next())), told(ended.next()));
