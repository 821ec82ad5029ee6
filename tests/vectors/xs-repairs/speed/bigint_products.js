// Products at every size around where factors are halved, against (a+b)² and residues;
// powers; what is long takes well under a second.
let seed = 99n;
const words = (n) => {
  let x = 0n;
  for (let i = 0; i < n; i++) {
    seed = (seed * 6364136223846793005n + 1442695040888963407n) & 0xffffffffffffffffn;
    const word = seed >> 32n;
    x = (x << 32n) | (seed % 7n === 0n ? 0n : seed % 7n === 1n ? 0xffffffffn : word);
  }
  return x | (1n << BigInt(32 * n - 1));
};
const moduli = [(1n << 61n) - 1n, 4294967291n, 18446744073709551557n];
let wrong = 0;
const check = (a, b) => {
  const p = a * b;
  for (const m of moduli) if (p % m !== ((a % m) * (b % m)) % m) wrong++;
  if (b * a !== p || -a * b !== -p || p / b !== a || p % a !== 0n) wrong++;
};
for (let n = 37; n < 100; n++) {
  const a = words(n), b = words(n - (n % 5));
  check(a, b);
  if ((a + b) ** 2n !== a * a + 2n * a * b + b ** 2n) wrong++;
}
for (const [n, m] of [[40, 400], [41, 1000], [100, 119], [333, 334], [129, 5000], [511, 513]])
  check(words(n), words(m));
const ones = (1n << 20000n) - 1n;
if (ones * ones !== (1n << 40000n) - (1n << 20001n) + 1n) wrong++;
if (ones ** 3n !== ones * ones * ones) wrong++;
print(wrong, String(words(90) * words(77)).slice(-20));
const doubled = (x, n) => {
  for (let i = 0; i < 6; i++, n *= 2) x = (x << BigInt(32 * n)) | x;
  return x;
};
const long = doubled(words(470), 470), other = doubled(words(480), 480);
for (let i = 0; i < 12; i++) if ((long * other) % moduli[0] === 5n) wrong++;
print(wrong, (3n ** 900000n) % 1000003n);
print(words(99).toString(16).length, BigInt('0x' + words(40).toString(16)) > 0n);
for (const radix of [2, 4, 8, 16, 32]) {
  let text = '', rest = long % (1n << 700n), whole = rest;
  for (; rest; rest /= BigInt(radix)) text = Number(rest % BigInt(radix)).toString(radix) + text;
  if (whole.toString(radix) !== text || (-whole).toString(radix) !== '-' + text) wrong++;
  print(wrong, long.toString(radix).length, 0n.toString(radix), 1n.toString(radix), 33n.toString(radix));
}
