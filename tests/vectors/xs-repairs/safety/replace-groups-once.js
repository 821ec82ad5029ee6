// What a named group gives is asked for once, and may collect.
let asked = 0;
const re = {
  global: false,
  exec() {
    return { index: 1, length: 1, 0: 'b', groups: {
      get length() { asked++; gc(); return asked % 2 ? 'x' : 'B'.repeat(100000); },
    } };
  },
};
const replace = (text, template) => RegExp.prototype[Symbol.replace].call(re, text, template);
print(replace('abc', 'x$<length>y'), asked);
asked = 0;
const out = replace('abc', '[$<length>|$<length>|$<length>|$<nothing>]' + '.'.repeat(20));
print(out.length, out.slice(0, 6), out.slice(-25), asked);
print('2024-05'.replace(/(?<year>\d+)-(?<month>\d+)/, '$<month>/$<year>/$<none>/$1$$'));
// A match that is longer than the text.
const long = { global: false, exec: () => ({ index: 1, length: 1, 0: 'bcdefg' }) };
print(RegExp.prototype[Symbol.replace].call(long, 'abc', "($')"));
try {
  print(replace('abc', `$<${'n'.repeat(300)}>`));
} catch (error) {
  print(error.name);
}
