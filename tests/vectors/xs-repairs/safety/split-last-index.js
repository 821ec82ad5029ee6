// A splitter whose lastIndex points before and behind the text.
class R extends RegExp {
  static get [Symbol.species]() {
    return function () {
      let n = 0;
      return {
        exec: () => (n++ % 2 ? null : { length: 1, 0: '' }),
        get lastIndex() { return n < 6 ? -7 - n : 1e6; },
        set lastIndex(value) {},
      };
    };
  }
}
print(JSON.stringify('abcdef'.split(new R('x', 'u'))));
