// Indented JSON of nothing.
const values = [{}, [], { a: {}, b: [] }, [[]], [[], {}], { a: undefined }, [undefined], Object.create(null), [1, [2, {}]], { a: { b: { c: [] } } }, 1, null, 'x', undefined];
for (const value of values) {
  for (const gap of [2, 'a', '', 0]) print(JSON.stringify(value, null, gap));
}
print(JSON.stringify({ a: 1, b: [] }, ['b'], 1), JSON.stringify({ a: 1 }, [], 1), JSON.stringify([1], () => undefined, 1));
