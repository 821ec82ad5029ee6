const frozen = (o) => Object.isFrozen(o);
const attempt = (f) => { try { f(); return 'done'; } catch (error) { return error.name ?? error; } };
// A trap hands the object to somebody who hardens it, and then fails.
const child = { value: 1 };
let within;
const trap = new Proxy({}, {
  ownKeys() {
    within = attempt(() => harden(o)) + frozen(child);
    throw 'trap';
  },
});
const o = { trap, child };
print(attempt(() => harden(o)), within, frozen(o), frozen(child));
attempt(() => delete o.trap);
print(attempt(() => harden({ o, other: { child } })), frozen(child));
// One that succeeds, with a harden of its own within.
let inner;
const good = new Proxy({}, {
  preventExtensions(target) {
    inner = inner ?? (attempt(() => harden(p.later)) + frozen(p.later.deep));
    return Reflect.preventExtensions(target);
  },
});
const p = { good, later: { deep: {} } };
p.later.back = p;
print(attempt(() => harden(p)), inner, frozen(p), frozen(p.later), frozen(p.later.deep), frozen(good));
print(harden(p) === p);
// Marks are gone after failures, and many are hardened in one call.
const many = Array.from({ length: 3000 }, (_, i) => ({ i }));
for (const one of many) one.next = many[(one.i + 7) % many.length];
harden(many);
print(many.every(frozen), many.every((one) => frozen(one.next)));
const named = [class { static { harden(this); } }, class { static { delete this.name; harden(this); } }];
const holder = { field: class { static { harden(this); } } };
print(named.map((c) => Reflect.ownKeys(c).length).join(), frozen(holder.field), holder.field.name === '');
