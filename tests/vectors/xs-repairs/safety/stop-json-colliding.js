// Blocks of which either leaves the same hash, found by trying: each doubles the names.
const pairs = [
  ['lpfo', '4rja'], ['g3zx', '1pad'], ['epvu', '33ea'], ['zwfo', '2uja'],
  ['g3zx', '1pad'], ['epvu', '33ea'], ['zwfo', '2uja'], ['g3zx', '1pad'],
  ['epvu', '33ea'], ['zwfo', '2uja'], ['g3zx', '1pad'], ['epvu', '33ea'],
  ['zwfo', '2uja'], ['g3zx', '1pad'],
];
let names = [''];
for (const [a, b] of pairs)
  names = [...names.map((name) => name + a), ...names.map((name) => name + b)];
const text = `{${names.map((name) => `"${name}":1`).join()}}`;
print('start');
JSON.parse(text);
print('end');
