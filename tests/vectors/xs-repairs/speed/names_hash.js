// 60,000 names that differ in a number, each on an object of its own, made and then
// found again; symbols and a name outside ASCII among them.
let sum = 0;
for (let i = 0; i < 60000; i++) sum += Object.keys({ ['n' + i]: i })[0].length;
const last = { n59999: 1, n0: 2, 'größe': 3, '\u{1f600}': 4 };
let found = 0;
for (let i = 0; i < 60000; i++) if ('n' + i in last) found++;
print(sum, found, last['gr' + 'öße'], last[String.fromCodePoint(0x1f600)]);
print(Symbol.for('n5') === Symbol.for('n5'), Symbol.keyFor(Symbol.for('n6')));
