// Comparing and repeating go by blocks of a megabyte.
const MB = 2 ** 20;
const sizes = [255, 256, 257, MB - 1, MB, MB + 1, 2 * MB - 1, 2 * MB, 2 * MB + 1];
let wrong = 0;
const check = (ok) => { if (!ok) wrong++; };
const sign = (n) => (n > 0) - (n < 0);
for (const n of sizes) {
  const s = 'é'.repeat(n >> 1) + (n & 1 ? 'x' : '');
  const same = 'é'.repeat(n >> 1).concat(n & 1 ? 'x' : '');
  check(s.localeCompare(same) === 0);
  check(sign((s + 'a').localeCompare(same + 'b')) === -1 && sign((s + 'b').localeCompare(same + 'a')) === 1);
  check(sign(s.localeCompare(same + '\0')) === -1 && sign((s + '\0').localeCompare(same)) === 1);
  check(sign((s + '\0').localeCompare(same + 'a')) === -1 && sign(('a' + s).localeCompare('b' + same)) === -1);
}
for (const part of ['a', 'ab', 'é', '€x', '😀', '\0', 'abcdefghijk'])
  for (const count of [0, 1, 2, 3, 5, 1000, 400000]) {
    const s = part.repeat(count);
    check(s.length === part.length * count);
    check(s === '' || (s.startsWith(part) && s.slice(part.length) === s.slice(0, -part.length)));
  }
check(''.repeat(2 ** 30) === '' && 'a'.repeat(0) === '');
print(wrong, decodeURIComponent('%41%C3%A9'.repeat(70000)) === 'Aé'.repeat(70000), encodeURIComponent('é '.repeat(70000)) === '%C3%A9%20'.repeat(70000));
print(unescape(escape('é€ '.repeat(70000))) === 'é€ '.repeat(70000), 'éa'.repeat(70000).toUpperCase() === 'ÉA'.repeat(70000));
print(JSON.parse(JSON.stringify({ a: 'x\u0001'.repeat(70000) })).a.length);
