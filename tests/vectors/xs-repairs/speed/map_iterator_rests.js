// Iterators that rest on entries which die, in every order, see what is added later.
for (const pattern of ["last", "all", "clear", "middle"]) for (const kind of [Set, Map]) {
  const c = new kind(), put = (x) => (kind === Map ? c.set(x, x) : c.add(x));
  for (let i = 0; i < 40; i++) put(i);
  const it = c.keys(); const seen = [];
  for (let i = 0; i < (pattern === "middle" ? 20 : 40); i++) seen.push(it.next().value);
  if (pattern === "last") c.delete(39);
  if (pattern === "all") for (let i = 39; i >= 0; i--) c.delete(i);
  if (pattern === "clear") c.clear();
  if (pattern === "middle") for (let i = 10; i < 40; i++) c.delete(i);
  gc();
  put("x"); put("y"); c.delete("x"); put("z"); put("x");
  for (let i = 100; i < 130; i++) { put(i); c.delete(i); }
  put(undefined);
  const rest = []; for (let r; !(r = it.next()).done; ) rest.push(String(r.value));
  print(pattern, kind.name, c.size, rest.join(), c.has(undefined), c.delete(undefined), c.has(undefined), [...c.keys()].slice(-3).join());
}
let seed = 3; const random = (n) => { seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff; return (seed >> 8) % n; };
const sets = Array.from({ length: 40 }, () => new Set()); const iterators = []; let hash = 0;
for (let k = 0; k < 20000; k++) {
  const s = sets[random(40)], x = random(30);
  switch (random(4)) {
  case 0: case 1: s.add(x); break;
  case 2: s.delete(x); break;
  case 3: { if (iterators.length < 50) iterators.push(s.values()); const i = random(iterators.length), r = iterators[i].next(); hash = (Math.imul(hash, 31) + (r.done ? 77 : r.value)) | 0; if (r.done) iterators.splice(i, 1); }
  }
}
print(hash, sets.map((s) => s.size).join());
