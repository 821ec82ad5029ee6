// The ends of time.
for (const [year, month, day] of [[2 ** 32, 0], [-(2 ** 32), 0], [1e300, 0], [1970, 1e300], [1970, 2 ** 33], [275760, 8, 13], [275760, 8, 14], [-271821, 3, 20],
  [-271821, 3, 19], [2024, -1], [2024, 25], [2024, -13.9], [0, 0], [99, 11], [2000, 12e6 - 12e6], [-398000, 12 * 400000], [2024, 1, 2 ** 31], [NaN, 0]]) {
  print(year, month, Date.UTC(year, month, day ?? 1));
}
print(new Date(8.64e15).toISOString(), +new Date(8.64e15 + 1), new Date(0).setUTCFullYear(2 ** 40), new Date(0).setUTCMonth(-(2 ** 40)));
