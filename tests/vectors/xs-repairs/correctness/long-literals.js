// Literals longer than the parser's buffer was, a megabyte.
const long = 'x'.repeat(1500000);
for (const literal of [`"${long}"`, `'\\n${long}\\u0041'`, '`' + long + '${1}' + long + '`', `"${'\u00e9'.repeat(900000)}"`, `"${'\\u00e9'.repeat(400000)}"`]) {
  const value = (0, eval)(literal);
  print(literal.length, value.length, value === eval.call(null, `(${literal})`));
}
print((0, eval)(`({ "${long}": 1 })`)[long], Object.keys((0, eval)(`({ "${long}y": 1 })`))[0].length);
