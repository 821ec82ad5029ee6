print('start');
const texts = new Array(8).fill('a'.repeat(1e7)); for (;;) JSON.stringify(texts);
print('end');
