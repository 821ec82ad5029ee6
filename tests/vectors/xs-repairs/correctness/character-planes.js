// Characters whose lowest 16 bits are those of others: no case, no decomposition.
const hex = (s) => Array.from(s, (x) => x.codePointAt(0).toString(16)).join(' ');
print(hex('\u{20428}'.toUpperCase()), hex('\u{20400}'.toLowerCase()), hex('\u{10428}'.toUpperCase()));
print(/\u{20400}/iu.test('\u{20428}'), /\u{10400}/iu.test('\u{10428}'), /[\u{1e900}-\u{1e921}]/iu.test('\u{2e922}'));
print(hex('A\u0300'.normalize()), hex('\u{10041}\u0300'.normalize()), hex('\u{20041}\u0300'.normalize()));
print(hex('\u{11099}\u{110ba}'.normalize()), hex('\u1099\u{110ba}'.normalize()), hex('\u{21099}\u{110ba}'.normalize()));
print(hex('\u{2f800}'.normalize()), hex('\u{3f800}'.normalize()), hex('\u{bf800}'.normalize('NFKD')));
print(hex('a\u{10a0d}\u0301\u{10a0f}'.normalize('NFD')), hex('a\u{20323}\u0301\u{30323}'.normalize('NFD')));
let changed = 0;
for (let c = 0x20000; c <= 0x10ffff; c += 7) {
  const s = String.fromCodePoint(c);
  if (s.toLowerCase() !== s || s.toUpperCase() !== s) changed++;
  if (c >= 0x30000 && s.normalize('NFKC') !== s) changed++;
}
print(changed);
