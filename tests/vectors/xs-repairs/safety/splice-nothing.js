// Splices that delete nothing, of arrays without items.
const empty = [];
print(empty.splice(0, 0).length, empty.length);
print(empty.splice(0, 0, 1, 2).length, empty.join());
print(empty.splice(0, 2).join(), empty.length);
print(empty.splice(0).length, [].splice(5, 5).length, [1].splice(1, 0).length);
