// Sources of all sizes: small pieces in blocks of all sizes, and large ones of their own.
let wrong = 0;
for (const n of [1, 10, 100, 1000, 10000, 100000]) {
  const sum = eval('0' + '+1'.repeat(n > 1000 ? 1000 : n));
  if (sum !== Math.min(n, 1000)) wrong++;
  if (eval('let a = 0;' + 'a += 1;'.repeat(n) + 'a') !== n) wrong++;
  if (eval('"' + 'x'.repeat(n) + '"').length !== n) wrong++;
  if (eval('`' + 'y'.repeat(n) + '${1}`').length !== n + 1) wrong++;
  if (eval('(function ' + 'f'.repeat(n) + '() { return "' + 'z'.repeat(n) + '" })')().length !== n) wrong++;
  if (eval('/' + 'a'.repeat(Math.min(n, 4000)) + '/').source.length !== Math.min(n, 4000)) wrong++;
  try { eval('a;'.repeat(n) + '('); wrong++; } catch (e) { if (e.name !== 'SyntaxError') wrong++; }
}
print(wrong);
