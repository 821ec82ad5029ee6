// Names that scopes get, lose and get again, among many.
var wrong = 0; const check = (ok) => { if (!ok) wrong++; };
// Sloppy, so that var in an eval stays and can be deleted.
const local = new Function('n', 'check', `
  for (let i = 0; i < n; i++) eval("var v" + i + " = " + i);
  for (let round = 0; round < 3; round++) {
    for (const i of [0, 5, n >> 1, n - 1]) { check(eval("typeof v" + i) === "number"); check(eval("delete v" + i)); check(eval("typeof v" + i) === "undefined"); }
    for (const i of [n - 1, 5, 0, n >> 1]) { eval("var v" + i + " = " + (i + round)); check(eval("v" + i) === i + round); eval("v" + i + " = 7"); check(eval("v" + i) === 7); }
    gc();
  }
`);
for (const n of [8, 12, 40, 66, 90, 200]) local(n, check);
const a1 = 1, a2 = 2, a3 = 3, a4 = 4, a5 = 5, a6 = 6, a7 = 7, a8 = 8, a9 = 9, a10 = 10, a11 = 11, a12 = 12;
const ask = () => (typeof later === "undefined" ? "none" : later);
for (let i = 0; i < 3; i++) check(ask() === "none");
globalThis.later = "global"; check(ask() === "global");
delete globalThis.later; check(ask() === "none"); check(ask() === "none");
const script = (source) => (0, eval)(source);
script("let q1 = 1; globalThis.seeQ = () => typeof q2");
check(seeQ() === "undefined"); script("var q2 = 1"); check(seeQ() === "number");
function fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
print(wrong, fib(18), a1 + a12);
