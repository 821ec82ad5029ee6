const big = 'x'.repeat(1 << 20);
for (const length of [2, 2048, 4097]) {
  try { print('a'.repeat(length).replaceAll('a', () => big).length); } catch (error) { print(error.name); }
}
const half = 'x'.repeat(1 << 15);
print('a-b'.replace('-', half).length);
print(encodeURIComponent('\u20ac'.repeat(3)).length, String.raw`a${1}b\n`);
