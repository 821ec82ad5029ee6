// 4,097 times a million characters are 4,297,064,448: in 32 bits, a million.
const big = 'x'.repeat(1 << 20);
const raw = (length) => String.raw({
  raw: new Proxy({}, { get: (target, key) => (key === 'length' ? length : big) }),
});
for (const length of [2, 2048, 4097]) {
  try { print(raw(length).length); } catch (error) { print(error.name); }
}
