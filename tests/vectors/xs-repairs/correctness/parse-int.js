// parseInt gives the nearest number.
print(parseInt('774762928556188523639'), parseInt('9007199254740993'), parseInt('-9007199254740995'));
print(parseInt('0'.repeat(400) + '42px'), parseInt('9'.repeat(309)), parseInt('1' + '0'.repeat(308)), parseInt('9'.repeat(5000)));
for (const base of [2, 4, 8, 16, 32]) {
  const one = (2n ** 60n + 128n).toString(base);
  print(base, parseInt(one, base) === 2 ** 60, parseInt((2n ** 60n + 129n).toString(base), base) === 2 ** 60 + 256,
    parseInt(`${one}${'0'.repeat(30)}1`, base) > 2 ** 60 * base ** 31, parseInt(one.repeat(300), base), parseInt(`${'0'.repeat(99)}1`, base));
}
print(parseInt('zz', 36), parseInt('7fffffff', 16), parseInt('-80000000', 16), parseInt('12', 3), parseInt('', 10), parseInt('9', 8), Object.is(parseInt('-0'), -0), Object.is(parseInt('-0x0'), -0), Object.is(parseInt('0'), 0));
