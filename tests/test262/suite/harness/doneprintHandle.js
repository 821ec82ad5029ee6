// For the harness's own tests: stands for the file of that name in test262.
function $DONE(error) {
  print(
    error
      ? 'Test262:AsyncTestFailure:' + String(error)
      : 'Test262:AsyncTestComplete'
  );
}
