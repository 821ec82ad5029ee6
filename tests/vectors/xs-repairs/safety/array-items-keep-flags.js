// What may not be written stays as it is.
const told = (array) => Reflect.ownKeys(array).map((key) => {
  const { value, get, writable, configurable } = Object.getOwnPropertyDescriptor(array, key);
  return `${key}=${get ? 'get' : value}${writable ? 'w' : ''}${configurable ? 'c' : ''}`;
}).join(' ');
const attempt = (name, array, act) => {
  let came;
  try { came = typeof act(array); } catch (e) { came = e.name; }
  print(name, came, told(array));
};
const acts = {
  fill: (a) => a.fill(9), part: (a) => a.fill(9, 1, 3), move: (a) => a.copyWithin(0, 1, 2),
  same: (a) => a.splice(0, 1, 9), none: (a) => a.splice(1, 0), less: (a) => a.splice(0, 1), more: (a) => a.splice(4, 0, 9),
};
const make = (key, descriptor) => () => Object.defineProperty([3, 1, 2, 4], key, descriptor);
const arrays = {
  frozen: () => Object.freeze([3, 1, 2, 4]), sealed: () => Object.seal([3, 1, 2, 4]),
  fixed: () => Object.preventExtensions([3, 1, 2, 4]), readOnly: make(3, { writable: false }),
  firm: make(3, { configurable: false }), accessor: make(3, { get: () => 7, set() { /* nothing */ }, configurable: true }),
  length: make('length', { writable: false }), subclass: () => Object.freeze(new (class extends Array {})(3, 1, 2, 4)),
  holes: () => Object.freeze([3, , 2, 4]), empty: () => Object.freeze(new Array(3)),
  sparse: () => new Array(3), partly: () => [3, , 2, 4],
};
for (const [kind, array] of Object.entries(arrays)) {
  for (const [name, act] of Object.entries(acts)) attempt(`${kind} ${name}`, array(), act);
}
