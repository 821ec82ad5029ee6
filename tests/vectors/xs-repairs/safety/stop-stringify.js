print('start');
for (;;) JSON.stringify('\u0001'.repeat(2e7));
print('end');
