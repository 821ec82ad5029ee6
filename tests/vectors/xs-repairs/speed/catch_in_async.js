// An await inside a try, in a loop, in a finally: the same places, a job later.
const log = [];
const later = (value, fail) =>
  new Promise((resolve, reject) => (fail ? reject : resolve)(value));
async function walk(name) {
  for (let i = 0; i < 4; i++) {
    try {
      const got = await later(i, i % 2);
      log.push(`${name}${got}`);
      if (i === 2) break;
    } catch (error) {
      log.push(`${name}!${error}`);
    } finally {
      log.push(`${name}f${await later(i)}`);
    }
  }
  try {
    await (async () => { throw new Error(`${name} inner`); })();
  } catch ({ message }) {
    return message;
  }
}
async function* source() {
  try {
    yield 1;
    yield later(2);
    throw new Error("end");
  } finally {
    log.push("closed");
  }
}
async function drain() {
  let sum = 0;
  try {
    for await (const value of source()) sum += value;
  } catch (error) {
    return `${sum} ${error.message}`;
  }
}
async function loop() {
  let caught = 0;
  for (let i = 0; i < 20000; i++)
    try { await later(i, true); } catch { caught++; }
  return caught;
}
Promise.all([walk("a"), walk("b"), drain(), loop()]).then(values => {
  print(values.join("|"));
  print(log.join(" "));
});
