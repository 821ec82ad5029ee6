// Math.round near zero, near halves and near 2 ** 52.
const numbers = [5e-324, 1e-310, 0.49999999999999994, 0.5, 0.2, 1.5, 2.5, 2 ** 31 - 0.5, 2 ** 31 - 0.4, 2 ** 52 - 1, 4503599627370495.5, 2 ** 52 + 1, 2 ** 53 - 1, 1e300, Infinity, NaN];
for (const n of numbers) print(n, Math.round(n), Math.round(-n), Object.is(Math.round(-n), -0));
