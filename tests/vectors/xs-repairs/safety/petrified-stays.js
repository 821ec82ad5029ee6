const attempt = (f) => { try { f(); return 'done'; } catch (error) { return error.name; } };
const fixed = petrify(new ArrayBuffer(4));
const give = function () { return fixed; };
give[Symbol.species] = give;
class Buffer extends ArrayBuffer { static get [Symbol.species]() { return give; } }
const buffer = new Buffer(4);
new Uint8Array(buffer).fill(7);
print(attempt(() => buffer.concat()), attempt(() => buffer.slice(0)), attempt(() => buffer.transfer()));
print(attempt(() => ArrayBuffer.fromBigInt.call(give, 0x1234n, 4)));
print(new Uint8Array(fixed).join(), new Uint8Array(buffer).join());
const date = petrify(new Date(0));
const none = petrify(new Date(NaN));
for (const name of Reflect.ownKeys(Date.prototype)) {
  if (typeof name !== 'string' || !name.startsWith('set')) continue;
  attempt(() => date[name](1));
  attempt(() => date[name]());
  attempt(() => none[name](1, { valueOf() { throw 1; } }));
  attempt(() => none[name](1));
}
print(+date, +none);
const late = new Date(0);
print(attempt(() => late.setTime({ valueOf() { petrify(late); return 5; } })), +late);
// mutabilities looks into a handler.
const proxy = Object.freeze(new Proxy(Object.freeze(Object.create(null)), { get: () => 1 }));
print(mutabilities(proxy).length > 0);
