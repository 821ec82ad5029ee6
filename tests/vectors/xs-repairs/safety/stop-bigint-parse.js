print('start');
for (;;) BigInt('1'.repeat(600000));
print('end');
