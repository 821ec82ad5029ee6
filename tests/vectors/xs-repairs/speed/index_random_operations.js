// Sparse and dense arrays and objects with index keys against a model.
let seed = 5;
const random = (n) => { seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff; return (seed >> 8) % n; };
let wrong = 0, hash = 0;
const check = (ok) => { if (!ok) wrong++; };
for (const make of [() => [], () => ({}), () => [1, 2, 3]]) for (const range of [10, 200, 3000, 100000]) {
  const o = make(), m = new Map(Object.entries(o).map(([k, v]) => [+k, v]));
  for (let k = 0; k < 4000; k++) {
    const i = random(range);
    switch (random(5)) {
    case 0: case 1: o[i] = k; m.set(i, k); break;
    case 2: check(delete o[i]); m.delete(i); break;
    case 3: check(o[i] === m.get(i)); break;
    case 4: check(Object.hasOwn(o, i) === m.has(i)); break;
    }
    if (k % 500 === 0) gc();
  }
  const keys = Object.keys(o).map(Number), want = [...m.keys()].sort((a, b) => a - b);
  check(keys.length === want.length && keys.every((x, i) => x === want[i] && o[x] === m.get(x)));
  hash = (Math.imul(hash, 31) + keys.length) | 0;
  if (Array.isArray(o)) { o.length = range >> 1; check(Object.keys(o).every((x) => +x < range >> 1)); o.push("end"); check(o[range >> 1] === "end"); }
}
const down = []; for (let i = 3000; i >= 0; i--) down[i] = i; check(down.every((x, i) => x === i));
const up = {}; for (let i = 0; i < 3000; i++) up[i] = i; check(Object.values(up).every((x, i) => x === i));
print(wrong, hash);
