// RegExp.prototype.toString takes any object and nothing else.
for (const value of ['a', 1, true, undefined, null, 1n]) {
  try { print(RegExp.prototype.toString.call(value)); } catch (e) { print(e.name); }
}
print(RegExp.prototype.toString.call({ source: 'a', flags: 'b' }), RegExp.prototype.toString.call({}), `${/a/g}`);
