// The heap grows many times; what it grows by reads as zeros.
let sum = 0;
const kept = [];
for (let i = 1; i <= 12; i++) {
  const bytes = new Uint8Array(i * 150000);
  for (let at = 0; at < bytes.length; at += 4096) sum += bytes[at];
  sum += bytes[bytes.length - 1];
  bytes.fill(255);
  if (i % 3) kept.push(bytes);
  sum += new Float64Array(1000).reduce((a, b) => a + b, 0);
}
print(sum, kept.length, 'x'.repeat(300000).length);
