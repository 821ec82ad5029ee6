// Numbers and their texts, where halves decide.
print(9007199254740993, Number('9007199254740993'), 9007199254740995);
print(JSON.parse('[9007199254740993]')[0], parseFloat('9007199254740993.0'));
print(1e23, 64.133331298828125, 5e-324, 2 ** -1074 === 5e-324, 1.5e300 * 1e8);
print((0.5).toFixed(0), (0.4).toFixed(0), (-0.5).toFixed(0), (1.5).toFixed(0), (2.5).toFixed(0));
print((0.05).toFixed(1), (0.25).toFixed(1), (0.125).toFixed(2), (1e20).toFixed(1), (1000.5).toFixed(0));
print((25).toPrecision(1), (35).toPrecision(1), (2.5).toPrecision(1), (125).toPrecision(2), (0.00001).toPrecision(3));
print((168.25).toPrecision(8), (30.0625).toPrecision(20), (0.015).toPrecision(5), (7).toPrecision(3), (1e-7).toPrecision(2), (0).toPrecision(4));
print((25).toExponential(0), (12500).toExponential(1), (0).toExponential(2), (1 / 3).toExponential());
// Each text is read as the number that it was made of.
let wrong = 0;
let state = 12345;
const view = new DataView(new ArrayBuffer(8));
for (let i = 0; i < 20000; i += 1) {
  for (let at = 0; at < 8; at += 4) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    view.setInt32(at, state);
  }
  const number = i & 1 ? view.getFloat64(0) : view.getFloat32(0);
  if (number === number && Number(`${number}`) !== number) wrong += 1;
}
print(wrong);
