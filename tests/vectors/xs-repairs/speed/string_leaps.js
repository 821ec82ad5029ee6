// Leaps in long strings that are not ASCII: right, and not a walk each.
let seed = 11;
const random = (n) => { seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff; return (seed >> 4) % n; };
let wrong = 0;
const pieces = ["a", "é", "€", "😀", "\ud800", "x", "yz"];
const texts = [];
for (const n of [4095, 4096, 4097, 20000, 70000]) {
  const units = [];
  while (units.length < n) units.push(...pieces[random(pieces.length)].split(""));
  units[n - 1] = "!";
  texts.push({ units, s: units.join("") });
}
for (let k = 0; k < 30000; k++) {
  const { units, s } = texts[k < 20000 ? k >> 12 : random(texts.length)];
  const i = random(s.length + 1), j = Math.min(s.length, i + random(5));
  if (s[i] !== units[i]) wrong++;
  if (s.slice(i, j) !== units.slice(i, j).join("")) wrong++;
  if (k % 16 === 0) {
    const stop = s.indexOf("!", i);
    if (stop !== (i < s.length ? units.lastIndexOf("!") : -1)) wrong++;
    const sticky = /[^!]?/suy;
    sticky.lastIndex = i;
    const found = sticky.exec(s)[0];
    if (!s.startsWith(found, sticky.lastIndex - found.length)) wrong++;
  }
  if (k % 5000 === 4999) gc();
}
print(wrong, texts.map(({ s }) => s.length).join());
const long = "aé漢b".repeat(1 << 19);
let sum = 0;
for (let k = 0; k < 20000; k++) sum += long.charCodeAt(random(long.length));
print(sum > 0, long.lastIndexOf("aé"), long.at(-2));
