// Where pointers have 32 bits and items 16 bytes, these indices lie before the items.
const arrays = [];
for (let i = 0; i < 8; i++) arrays.push([i, i, i]);
const middle = arrays[4];
for (let i = 1; i < 40; i++) {
  for (let high = 1; high <= 16; high++) {
    const index = high * 0x10000000 - i;
    if (!(delete middle[index])) print('not deleted', index);
  }
}
delete middle[0x10000000];
delete middle[0x10000001];
print(JSON.stringify(arrays));
gc();
print(JSON.stringify(arrays));
delete middle[3];
delete middle[1];
print(JSON.stringify(arrays[4]), 1 in middle);
