const Generator = Object.getPrototypeOf(function* () {}).prototype;
const AsyncGenerator = Object.getPrototypeOf(async function* () {}).prototype;
const attempt = (f) => { try { return f(); } catch (error) { return error.name; } };
const a = (async function* () { yield 1; print(attempt(() => Generator.next.call(a))); yield 2; })();
for (const name of ['next', 'return', 'throw']) print(name, attempt(() => Generator[name].call(a, 1)));
a.next().then((r) => { print(r.value); return a.next(); }).then((r) => print(r.value));
const g = (function* () { yield 1; })();
class Private { static #mark = 0; constructor() { return g; } }
class Marked extends Private { #field = 1; }
new Marked();
new WeakMap().set(g, 1);
print(JSON.stringify(g.next()));
AsyncGenerator.next.call(g).catch((error) => print(error.name));
