// A generator that is inside a try comes back with its tries, in another call of the
// interpreter: next, throw and return find them, and delegation too.
function* inner(name) {
  try {
    try {
      yield `${name}1`;
      yield `${name}2`;
    } catch (error) {
      yield `${name} caught ${error}`;
    }
    yield `${name}3`;
  } finally {
    yield `${name} finally`;
  }
}
function* outer() {
  try {
    yield* inner("a");
    yield* inner("b");
  } catch (error) {
    yield `outer caught ${error}`;
  } finally {
    yield "outer finally";
  }
}
const all = [];
let it = outer();
all.push(it.next().value, it.throw("x").value, it.next().value, it.next().value);
all.push(it.next().value, it.return("early").value, it.next().value);
all.push(it.next().value, String(it.next().done));
print(all.join("|"));

const many = Array.from({ length: 50 }, (_, i) => inner(i));
const steps = [];
for (let round = 0; round < 4; round++)
  for (const one of many) {
    const { value, done } = round === 1 ? one.throw(round) : one.next();
    steps.push(done ? "." : value.length);
  }
print(steps.join(""));

it = inner("r");
try { it.throw("not begun"); } catch (error) { print("thrown", error); }
print(it.next().done);

function* counting() {
  for (let i = 0; ; i++)
    try { yield i; } finally { counting.finished = i; }
}
let total = 0;
for (const value of counting()) {
  total += value;
  if (value === 100000) break;
}
print(total, counting.finished);
