print('start');
const x = (1n << 1000000n) - 1n; for (;;) x * x;
print('end');
