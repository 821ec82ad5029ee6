print('start');
let p = null; for (let i = 0; i < 1000000; i++) p = Object.create(p);
for (;;) p.x;
print('end');
