print('start');
const text = '[' + '1,'.repeat(1e6) + '"' + 'x'.repeat(1e6) + '"]';
for (;;) JSON.parse(text);
