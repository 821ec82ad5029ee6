// super() in an arrow looks at the constructor of its class' prototype, whatever it is.
const run = (f) => { try { return f(); } catch (error) { return error.name; } };
const make = (act) => {
  class B { constructor() { this.made = 'B'; } }
  class A extends B {
    constructor() {
      const f = () => super();
      act(A);
      f();
    }
  }
  return run(() => new A().made);
};
print(make(() => {}));
for (const what of [0x41414141, 1.5, -1, 'text', undefined, null, true, 7n, Symbol('s'), {}, [], () => {}]) {
  print(typeof what, make((A) => { A.prototype.constructor = what; }));
}
print(make((A) => { delete A.prototype.constructor; Object.setPrototypeOf(A.prototype, null); }));
print(make((A) => Object.defineProperty(A.prototype, 'constructor', { get: () => 1.5 })));
print(make((A) => Object.setPrototypeOf(A, null)));
class E extends Object { constructor() { E.prototype.constructor = 4.5; eval('super()'); } }
print(run(() => new E()));
