// Shadowed and hidden names, and names that come and go while the loop runs.
const base = { a: 1, b: 2, c: 3, far: 4 };
Object.defineProperty(base, "hidden", { value: 1, enumerable: false });
const middle = Object.create(base, { b: { value: 1, enumerable: false }, m: { value: 1, enumerable: true }, hidden: { value: 1, enumerable: true } });
const near = Object.assign(Object.create(middle), { c: 1, n: 2, 7: "seven" });
const seen = [];
for (const k in near) { seen.push(k); if (k === "c") { delete near.n; near.later = 1; delete base.far; } }
print(seen.join());
const wide = Object.create(Object.fromEntries(Array.from({ length: 300 }, (_, i) => ["k" + i * 2, i])));
for (let i = 0; i < 300; i++) wide["k" + i] = i;
let count = 0, last; for (const k in wide) { count++; last = k; }
print(count, last);
const order = []; for (const k in [1, , 3]) order.push(k); for (const k in "ab") order.push(k); for (const k in null) order.push(k);
print(order.join());
