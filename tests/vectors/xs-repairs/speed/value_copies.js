// Values of every kind through variables, closures, arguments and the stack.
const values = [1, -1, 1.5, NaN, -0, "text", "", true, null, undefined, 12345678901234567890n, Symbol.iterator, [1], { a: 1 }, () => 7];
function through(a) { let b = a; const c = b; { let d = c; b = d; var e = b; } const f = () => { const g = e; e = a; return g; }; return f(); }
function* yielded(a) { const b = yield a; return b; }
const ok = values.map((v) => { const it = yielded(v); const w = it.next().value, x = it.next(v).value; let y; y = w; [y] = [y]; const { z = y } = {}; return Object.is(through(v), v) && Object.is(w, v) && Object.is(x, v) && Object.is(z, v); });
print(ok.every((x) => x), ok.length);
function fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
let s = 0; for (let i = 0; i < 3e5; i++) { const j = i; s = (s + j * 3) & 0xffffff; }
print(fib(20), s, [5, 3, 9, 1].sort((x, y) => x - y).join());
