// Bases and indices beyond 32 bits.
const attempt = (f) => { try { return f(); } catch (e) { return e.name; } };
for (const n of [2 ** 32 + 2, 2 ** 53 + 2, -(2 ** 32) + 2, 1e300, Infinity, NaN, 1.9, 2.9, 36.9, 37, undefined, null]) {
  print(n, attempt(() => (5).toString(n)), attempt(() => (5n).toString(n)), attempt(() => (0.5).toString(n)), attempt(() => new Uint8Array([7, 8, 9]).at(n)), attempt(() => [7, 8, 9].at(n)));
}
