// Ten small programs of other kinds than ten.js, in its form: the file runs in any
// engine that has `print` and `now` (CPU milliseconds), and prints the least time of each.
if (typeof print === "undefined") { globalThis.print = console.log; globalThis.now = () => { const t = process.cpuUsage(); return (t.user + t.system) / 1000; }; }
const B = {};
// Five bodies under gravity: numbers with fractions in object fields.
B.bodies = () => {
  const bodies = [[0, 0, 0, 0, 0, 0, 39.5], [4.8, -1.2, -0.1, 0.6, 2.8, -0.02, 0.04], [8.3, 4.1, -0.4, -1, 1.8, 0.01, 0.01], [12.9, -15.1, -0.2, 1.1, 0.9, -0.01, 0.002], [15.4, -25.9, 0.2, 0.98, 0.6, -0.03, 0.002]].map(([x, y, z, vx, vy, vz, mass]) => ({ x, y, z, vx, vy, vz, mass }));
  for (let step = 0; step < 1000; step++) {
    for (let i = 0; i < 5; i++) {
      const a = bodies[i];
      for (let j = i + 1; j < 5; j++) {
        const b = bodies[j], dx = a.x - b.x, dy = a.y - b.y, dz = a.z - b.z, d2 = dx * dx + dy * dy + dz * dz, pull = 0.01 / (d2 * Math.sqrt(d2));
        a.vx -= dx * b.mass * pull; a.vy -= dy * b.mass * pull; a.vz -= dz * b.mass * pull;
        b.vx += dx * a.mass * pull; b.vy += dy * a.mass * pull; b.vz += dz * a.mass * pull;
      }
    }
    for (const b of bodies) { b.x += 0.01 * b.vx; b.y += 0.01 * b.vy; b.z += 0.01 * b.vz; }
  }
  return bodies[0].x;
};
// Primes in a typed array.
B.sieve = () => { const n = 200000, composite = new Uint8Array(n); let count = 0; for (let i = 2; i < n; i++) { if (composite[i]) continue; count++; for (let j = i * 2; j < n; j += i) composite[j] = 1; } return count; };
// Trees that are built, counted and thrown away.
class Tree { constructor(left, right) { this.left = left; this.right = right; } count() { return this.left ? 1 + this.left.count() + this.right.count() : 1; } }
const tree = (depth) => (depth === 0 ? new Tree(null, null) : new Tree(tree(depth - 1), tree(depth - 1)));
B.trees = () => { let n = 0; for (let i = 0; i < 12; i++) n += tree(10).count(); return n; };
// Expressions: characters to tokens to a tree to a number.
const source = Array.from({ length: 300 }, (_, i) => `(${i} + 3.5 * (x - ${i % 7})) / ${1 + (i % 5)} - -y`).join(" + ");
function tokens(text) { const out = []; let i = 0; while (i < text.length) { const c = text[i]; if (c === " ") { i++; continue; } let j = i + 1; if (c >= "0" && c <= "9") { while (j < text.length && ((text[j] >= "0" && text[j] <= "9") || text[j] === ".")) j++; out.push({ type: "number", value: Number(text.slice(i, j)) }); } else if (c >= "a" && c <= "z") { while (j < text.length && text[j] >= "a" && text[j] <= "z") j++; out.push({ type: "name", value: text.slice(i, j) }); } else out.push({ type: c, value: c }); i = j; } return out; }
function parse(list) { let at = 0; const peek = () => list[at]?.type; const atom = () => { const t = list[at++]; if (t.type === "-") return { op: "neg", a: atom() }; if (t.type === "(") { const e = sum(); at++; return e; } return t; }; const product = () => { let e = atom(); while (peek() === "*" || peek() === "/") { const op = list[at++].type; e = { op, a: e, b: atom() }; } return e; }; const sum = () => { let e = product(); while (peek() === "+" || peek() === "-") { const op = list[at++].type; e = { op, a: e, b: product() }; } return e; }; return sum(); }
const operators = { "+": (a, b) => a + b, "-": (a, b) => a - b, "*": (a, b) => a * b, "/": (a, b) => a / b, neg: (a) => -a };
function value(e, names) { switch (e.type) { case "number": return e.value; case "name": return names[e.value]; } return operators[e.op](value(e.a, names), e.b && value(e.b, names)); }
B.parser = () => value(parse(tokens(source)), { x: 2, y: 3 });
// A digest: 32-bit integers.
B.digest = () => { const bytes = new Uint8Array(20000); for (let i = 0; i < bytes.length; i++) bytes[i] = i * 7; let a = 0x67452301, b = 0xefcdab89 | 0, c = 0x98badcfe | 0, d = 0x10325476; for (let i = 0; i + 16 <= bytes.length; i += 4) { const w = bytes[i] | (bytes[i + 1] << 8) | (bytes[i + 2] << 16) | (bytes[i + 3] << 24); const f = (b & c) | (~b & d), t = (a + f + w + 0x5a827999) | 0; a = d; d = c; c = b; b = (b + ((t << 7) | (t >>> 25))) | 0; } return a ^ b ^ c ^ d; };
// Words counted in an object, sorted, and put together again.
const prose = "it was the best of times it was the worst of times it was the age of wisdom it was the age of foolishness it was the epoch of belief ".repeat(60);
B.words = () => { const counts = {}; prose.split(" ").forEach((w, i) => { const k = i % 3 ? w : w + (i % 500); counts[k] = (counts[k] ?? 0) + 1; }); const sorted = Object.entries(counts).sort(([x, m], [y, n]) => n - m || (x < y ? -1 : 1)); return sorted.map(([w, n]) => `${w}:${n}`).join(";").length; };
// Small functions handed to one another.
B.pipeline = () => { const compose = (...fs) => (x) => fs.reduce((v, f) => f(v), x); const add = (n) => (x) => x + n, times = (n) => (x) => x * n; const f = compose(add(1), times(3), (x) => x % 1000, add(7)); return Array.from({ length: 4000 }, (_, i) => i).map(f).filter((x) => x & 1).map(String).flatMap((s) => [...s]).reduce((sum, c) => sum + c.charCodeAt(0), 0); };
// Generators, spreading and taking apart.
function* range(n) { for (let i = 0; i < n; i++) yield i; }
function* pairs(it) { let last; for (const x of it) { if (last !== undefined) yield [last, x]; last = x; } }
B.iterators = () => { let sum = 0; for (const [a, b] of pairs(range(6000))) { const { low, high, ...rest } = { low: a, high: b, extra: 1 }; sum += low * high + rest.extra; } return sum + Math.max(...range(2000)); };
// Errors thrown through frames.
class Refused extends Error { constructor(n) { super("refused " + n); this.n = n; } }
function deep(n, k) { if (n === 0) { if (k % 3 === 0) throw new Refused(k); return k; } try { return deep(n - 1, k); } finally { deep.count++; } }
B.errors = () => { deep.count = 0; let sum = 0; for (let k = 0; k < 600; k++) { try { sum += deep(6, k); } catch (e) { if (!(e instanceof Refused)) throw e; sum += e.n; } } return sum + deep.count; };
// Arrays of arrays, and private fields.
class Matrix { #rows; constructor(rows) { this.#rows = rows; } times(other) { const n = this.#rows.length, m = other.#rows[0].length; return new Matrix(Array.from({ length: n }, (_, i) => Array.from({ length: m }, (_, j) => { let s = 0; for (let k = 0; k < other.#rows.length; k++) s += this.#rows[i][k] * other.#rows[k][j]; return s; }))); } trace() { return this.#rows.reduce((s, row, i) => s + row[i], 0); } }
B.matrix = () => { const make = (f) => new Matrix(Array.from({ length: 30 }, (_, i) => Array.from({ length: 30 }, (_, j) => f(i, j)))); const a = make((i, j) => i + j), b = make((i, j) => i - j); return a.times(b).times(a).trace(); };
const names = typeof SELECT === "undefined" ? Object.keys(B) : SELECT;
const out = [];
for (const n of names) { let best = Infinity; const end = now() + (typeof MS === "undefined" ? 400 : MS); let k = 0; do { const t = now(); B[n](); const d = now() - t; if (d < best) best = d; k++; } while (k < 3 || now() < end); out.push(best); }
print(out.map((x) => x.toFixed(2)).join("\t"));
