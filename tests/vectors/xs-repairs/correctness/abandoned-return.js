// A return that is overruled on its way out leaves nothing.
const closing = { [Symbol.iterator]: () => ({ next: () => ({ done: false }), return() { throw new Error('closing'); } }) };
const programs = {
  breaks() { for (;;) { try { return 1; } finally { break; } } },
  leaves() { out: { try { return 1; } finally { break out; } } },
  continues() { for (const x of [1, 2]) { try { return x; } finally { continue; } } },
  throws() { try { try { return 1; } finally { throw new Error('x'); } } catch { /* goes on */ } },
  switches() { switch (1) { case 1: try { return 1; } finally { break; } } },
  closes() { try { for (const x of closing) return 1; } catch { /* goes on */ } },
  arrow: () => { try { try { return 1; } finally { throw 2; } } catch { /* goes on */ } },
  base: class { constructor() { for (;;) { try { return [1]; } finally { break; } } } },
  kept() { try { return 1; } finally { void 0; } },
  later() { for (;;) { try { return 1; } finally { break; } } return 2; },
  inner() { const f = () => { try { return 1; } finally { void 0; } }; f(); },
};
for (const [name, program] of Object.entries(programs)) {
  print(name, name === 'base' ? Array.isArray(new program()) : program());
}
function* generator() { for (;;) { try { yield 0; return 1; } finally { break; } } }
print([...generator()].length, JSON.stringify((() => { const g = generator(); g.next(); return g.next(); })()));
(async () => {
  print('async', await (async () => { try { try { return 1; } finally { throw 2; } } catch { /* goes on */ } })());
  const g = (async function* () { for (;;) { try { yield 0; return 1; } finally { break; } } })();
  await g.next();
  print('async generator', JSON.stringify(await g.next()));
})();
