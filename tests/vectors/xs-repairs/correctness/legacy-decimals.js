// 08 and 09.5 in sloppy code.
const sources = [
  '08',
  '09.5',
  '010',
  '08.5e1',
  '019e1',
  '[08,1]',
  String.raw`new RegExp("[\\w-.]+").source`,
  '09',
  '00',
  '0777',
  '0888.',
  '08.5.toFixed(2)',
  '08e2',
  '09.e1',
  '09.5e-1',
  '08n',
  '08_1',
  '09.5n',
  '08x',
  '"use strict"; 08',
  '"use strict"; 09.5',
  '08.toString()',
  '010.toString()',
  '08..toString()',
  '-08.25',
  '[09.5, 08]',
  '010.5',
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
