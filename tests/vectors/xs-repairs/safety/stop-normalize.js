print('start');
('a' + '\u0301\u0323'.repeat(300000)).normalize('NFC');
print('end');
