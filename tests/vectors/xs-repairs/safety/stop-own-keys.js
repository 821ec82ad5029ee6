print('start');
const many = new Array(1000000).fill(1); for (;;) Reflect.ownKeys(many);
print('end');
