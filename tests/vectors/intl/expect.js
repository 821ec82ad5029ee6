// Writes what this node gives into table.json: `TZ=UTC node expect.js`. Programs
// that throw are written as the name of the error.
'use strict';

const fs = require('node:fs');
const path = require('node:path');

const file = path.join(__dirname, 'table.json');
const run = program => {
  try {
    return String((0, eval)(program));
  } catch (error) {
    return `${error.name}!`;
  }
};
const table = JSON.parse(fs.readFileSync(file, 'utf8'));
const rows = table.rows.map(([program]) => [program, run(program)]);
const lines = rows.map(row => `    ${JSON.stringify(row)}`).join(',\n');
const { node, icu, cldr, tz } = process.versions;
const head = JSON.stringify({ node, icu, cldr, tz });
fs.writeFileSync(file, `{\n  "of": ${head},\n  "rows": [\n${lines}\n  ]\n}\n`);
