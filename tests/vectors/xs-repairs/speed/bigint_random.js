// Division and digits by what must hold: a = q b + r, and texts read back. Words of
// zeros and ones make the estimate of a quotient's word go wrong.
let seed = 9; const random = (n) => { seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff; return (seed >> 8) % n; };
const word = () => { switch (random(5)) { case 0: return 0n; case 1: return 0xffffffffn; case 2: return 0x80000000n; default: return BigInt(random(65536)) << 16n | BigInt(random(65536)); } };
const number = (words) => { let x = 0n; for (let i = 0; i < words; i++) x = x << 32n | word(); return random(2) ? x : -x; };
const abs = (x) => (x < 0n ? -x : x);
let wrong = 0, hash = 0;
const check = (ok) => { if (!ok) wrong++; };
for (let k = 0; k < 1500; k++) {
  const a = number(random(k % 100 ? 20 : 150)), b = number(1 + random(k % 100 ? 10 : 90)) || 1n;
  const q = a / b, r = a % b;
  check(q * b + r === a); check(abs(r) < abs(b)); check(r === 0n || (r < 0n) === (a < 0n));
  if (k % 5 === 0) {
    const text = a.toString(), radix = 2 + random(35), other = abs(a).toString(radix);
    check(BigInt(text) === a);
    let back = 0n; for (const c of other) back = back * BigInt(radix) + BigInt(parseInt(c, 36)); check(back === abs(a));
    check(BigInt("0x" + abs(a).toString(16)) === abs(a)); check(BigInt("0o" + abs(a).toString(8).toUpperCase()) === abs(a)); check(BigInt("0b000" + abs(a).toString(2)) === abs(a));
    check(BigInt("  000" + abs(a) + " ") === abs(a));
    for (const c of text + other) hash = (Math.imul(hash, 31) + c.charCodeAt(0)) | 0;
  }
  if (k % 300 === 0) gc();
}
const huge = (t) => { try { return typeof BigInt(t); } catch (e) { return e.name; } };
print(wrong, hash, 0x123456789abcdef0n, 0b101n, 0o777n, 123456789012345678901234567890n, BigInt(""), huge("1" + "0".repeat(1000)), huge("12x"));
