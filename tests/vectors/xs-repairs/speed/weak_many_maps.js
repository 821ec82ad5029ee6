// One key in many WeakMaps: each step once took as long as there were of them.
const n = 40000;
const key = { own: 1 };
let maps = [];
for (let i = 0; i < n; i++) {
  const map = new WeakMap();
  map.set(key, i);
  maps.push(map);
}
let sum = 0;
for (let round = 0; round < 2; round++)
  for (const map of maps) sum += map.get(key);
print(sum === n * (n - 1), new WeakMap().has(key), key.own);
for (let i = n; i-- > 0;) if (i % 2) maps[i].delete(key);
print(maps.filter((map) => map.has(key)).length);
for (let i = 0; i < n; i += 3) maps[i].set(key, 'new');
print(maps.filter((map) => map.get(key) === 'new').length);
const kept = maps.filter((map, i) => i % 1000 === 0);
maps = null;
gc(); // takes the dead ones out of the living key
print(kept.map((map) => map.get(key)).join());
key.more = 2;
for (const map of kept) map.delete(key);
print(kept.some((map) => map.has(key)), Object.keys(key).join());
