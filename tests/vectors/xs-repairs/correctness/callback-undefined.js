// A callback that may be missing.
const attempt = (f) => { try { return f(); } catch (e) { return e.name; } };
print(attempt(() => Array.from([1, 2], undefined).join()), attempt(() => Array.from({ length: 1, 0: 'a' }, undefined, {}).join()),
  attempt(() => Array.from('ab', null)), attempt(() => Uint8Array.from([1, 2], undefined).join()), attempt(() => Array.from([1], (n) => n + 1).join()));
print(attempt(() => JSON.parse('[1]', new Proxy({}, {})).join()), attempt(() => JSON.parse('[1]', new Proxy((k, v) => (k ? v + 1 : v), {})).join()), attempt(() => JSON.parse('[1]', (k, v) => (k ? v + 1 : v)).join()));
