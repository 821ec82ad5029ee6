// Positions beyond 32 bits, beyond all numbers, and between them.
const at = [0, -0.5, 0.9, 2 ** 31, 2 ** 32, 2 ** 32 + 1, -(2 ** 32), 1e300, Infinity, -Infinity, NaN, undefined, '1'];
for (const n of at) {
  print(n, 'abc'.charAt(n), 'abc'.charCodeAt(n), 'abc'.codePointAt(n), 'abc'.at(n), 'abc'.substr(n, 2), 'abc'.substr(1, n),
    'abc'.substring(n), 'abc'.slice(n), 'abcabc'.indexOf('b', n), 'abcabc'.lastIndexOf('b', n), 'abc'.includes('b', n), 'abc'.startsWith('b', n));
}
