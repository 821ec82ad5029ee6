// A constructor that gives an array which has read-only items.
const fixed = [1, 2];
Object.defineProperty(fixed, 0, { value: 1, writable: false, configurable: false });
try { Array.of.call(function () { return fixed; }, 7, 8, 9); } catch (error) { print(error.name); }
print(fixed[0], JSON.stringify(Object.getOwnPropertyDescriptor(fixed, 0)));
print(JSON.stringify(Array.of.call(function () { return [1, 2, 3]; }, 7, 8)));
print(JSON.stringify(Array.of(1, 2)), JSON.stringify(Array.of()));
