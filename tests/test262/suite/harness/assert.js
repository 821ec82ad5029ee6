// For the harness's own tests: stands for the file of that name in test262.
function assert(value, message) {
  if (value !== true) throw new Test262Error(message || 'expected true');
}
assert.sameValue = function (came, expected, message) {
  if (!Object.is(came, expected)) {
    throw new Test262Error(
      (message || '') + ' expected ' + String(expected) + ', got ' + String(came)
    );
  }
};
assert.throws = function (Expected, body) {
  try {
    body();
  } catch (error) {
    assert.sameValue(error.constructor, Expected);
    return;
  }
  throw new Test262Error('expected ' + Expected.name + ', nothing was thrown');
};
