// What the statements after case and default may begin with.
const sources = [
  'switch (1) { case 1: /x/.test("x") }',
  'switch (1) { case 1: /=x/.test("=x") }',
  'switch (1) { default: /x/.test("x") }',
  'switch (1) { case 1: import("x").catch(() => {}), 3 }',
  'switch (1) { case 0: 3; default: import("x").catch(() => {}), 4 }',
  'switch (1) { case 1: ; case 2: {} default: ; }',
  'switch (1) { case 1: case 2: "last" }',
  'switch (1) { case 1: 1 ) }',
  'switch (1) { case 1: else }',
  'switch (1) { case 1: 1',
  'switch (1) { case 1: default: default: }',
  'switch (/x/.test("x")) { case /x/.test("y"): "no"; break; case true: /z/.source }',
];
const show = (value) => (typeof value === 'object' ? JSON.stringify(value) : String(value));
for (const source of sources) {
  let result;
  try {
    result = show((0, eval)(source));
  } catch (error) {
    result = error.name;
  }
  print(source.replace(/\n/g, '\\n'), '->', result);
}
