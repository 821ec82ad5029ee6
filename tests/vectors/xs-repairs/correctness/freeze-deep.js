// Object.freeze is given an index by map.
const objects = [1, 2, 3].map((n) => ({ n, inner: {} })).map(Object.freeze);
print(objects.every(Object.isFrozen), objects.some((o) => Object.isFrozen(o.inner)));
for (const more of [0, 1, 'true', {}, undefined]) print(Object.isFrozen(Object.freeze({ a: {} }, more).a));
