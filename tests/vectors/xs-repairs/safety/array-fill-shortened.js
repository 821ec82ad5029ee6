// A setter shortens the array while fill goes over it, and others take the room.
const others = [];
for (let from = 0; from < 2; from += 1) {
  const array = [1, 2, 3, 4, 5, 6, 7, 8];
  Object.defineProperty(array, from, {
    set() {
      array.length = 0;
      if (typeof gc === 'function') gc();
      for (let i = 0; i < 200; i += 1) others.push(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']);
    },
    get: () => 1, configurable: true, enumerable: false,
  });
  array.fill({ x: 1 }, from);
  print(array.length, array.hasOwnProperty(0), others.every((o) => o.join('') === 'abcdefgh'));
}
