// Each try of one call shares a place to return to: what is caught where, and what
// the variables are then.
const log = [];
function thrower(depth) {
  let x = depth;
  try {
    x += 10;
    if (depth === 0) throw new Error("bottom");
    thrower(depth - 1);
  } catch (error) {
    x += 100;
    log.push(`${depth}:${x}:${error.message}`);
    if (depth < 3) throw new Error(`from ${depth}`);
  } finally {
    log.push(`f${depth}:${x}`);
  }
  return x;
}
print(thrower(4), log.join(" "));

function order() {
  const seen = [];
  for (let i = 0; i < 6; i++) {
    try {
      try {
        try {
          if (i === 1) throw "one";
          if (i === 2) continue;
          if (i === 3) null.x;
          if (i === 4) [1].map(() => { throw "four"; });
          seen.push(i);
        } catch (error) {
          seen.push(`c${i}`);
          if (i === 4) throw error;
        } finally {
          seen.push(`f${i}`);
          if (i === 5) break;
        }
      } catch (error) {
        seen.push(error);
      }
    } finally {
      seen.push("F");
    }
  }
  return seen.join();
}
print(order());
print([1, 2, 3].map(n => { try { return n; } finally { log.length = n; } }).join(), log.length);

let caught = 0;
for (let i = 0; i < 200000; i++) {
  try { throw i; } catch (value) { caught += value === i; }
}
print(caught);

let sum = 0;
for (let i = 0; i < 3000000; i++) sum = (sum + i) % 1000003;
print(sum);
