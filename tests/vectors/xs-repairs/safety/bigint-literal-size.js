// A BigInt literal of 65,536 bytes and more, with jumps over it.
for (const digits of [100, 131000, 131070, 131072, 131088, 140000, 300000, 600000]) {
  const text = `0x1${'0'.repeat(digits - 2)}7`;
  try {
    const f = (0, eval)(`(function (c) { if (c) { return ${text}n } else { c = 1 } return 'after' })`);
    print(digits, f(true) === BigInt(text), f(false));
  } catch (error) {
    print(digits, error.name);
  }
}
