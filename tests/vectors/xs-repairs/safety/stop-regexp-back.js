print('start');
print(/a*b/.test('a'.repeat(3e6)));
