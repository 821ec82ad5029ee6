print('start');
const to = new Float64Array(4e6), from = new Uint8Array(4e6);
for (;;) to.set(from);
