// Positions against an array of the same units, in an order that jumps: around the
// size below which a string has no record, from both ends and from the last place.
let seed = 7;
const random = (n) => { seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff; return (seed >> 8) % n; };
const alphabet = ["a", "b", "\n", "é", "€", "😀", "\ud800", "\udc00", "中"];
const text = (n) => { const units = []; while (units.length < n) units.push(...(random(3) ? alphabet[random(3)] : alphabet[random(alphabet.length)]).split("")); return units; };
let wrong = 0, checks = 0, hash = 0;
const same = (a, b) => { checks++; if (!Object.is(a, b)) wrong++; };
for (const n of [0, 1, 2, 7, 8, 9, 15, 16, 17, 100, 250, 255, 256, 257, 300, 1000, 5000]) {
  const units = text(n), s = units.join(""), l = units.length;
  same(s.length, l);
  for (let k = 0; k < 200; k++) {
    const i = random(l + 3) - 1, j = random(l + 3) - 1;
    same(s[i], units[i]);
    same(s.charAt(i), units[i] ?? "");
    same(s.charCodeAt(i), units[i] === undefined ? s.charCodeAt(-1) : units[i].charCodeAt(0));
    const lo = Math.max(0, Math.min(i, l)), hi = Math.max(0, Math.min(j, l));
    same(s.substring(i, j), units.slice(Math.min(lo, hi), Math.max(lo, hi)).join(""));
    same(s.slice(lo, hi), units.slice(lo, hi).join(""));
    const found = s.indexOf("€", lo);
    same(found, units.indexOf("€", lo));
    hash = (Math.imul(hash, 31) + found) | 0;
    same(s.at(-hi), units.at(-hi));
    same(s.startsWith(s.slice(lo, lo + 3), lo), true);
    same(s.endsWith(s.slice(Math.max(0, hi - 3), hi), hi), true);
    if (k % 50 === 0) gc();
  }
}
print(wrong, checks, hash);
