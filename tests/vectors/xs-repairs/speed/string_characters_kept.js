// Half a million characters that are kept take what as many references take.
const s = 'abcabc';
const kept = new Array(500000).fill(s);
for (let i = 0; i < kept.length; i++) kept[i] = i & 1 ? s[i % 6] : s.charAt(i % 6);
print(kept[0], kept[1], kept[5], kept.indexOf('c'), kept.lastIndexOf(s));
