// NUL is a unit like others, and a letter of Latin-1 is escaped.
print('\0'.charCodeAt(0), 'a\0'.charCodeAt(1), '\0b'.charCodeAt(1), '\0'.codePointAt(0), '\u00c0'.charCodeAt(0), '\u{1F600}'.charCodeAt(0), '\u{1F600}'.charCodeAt(1));
print(escape('\u00e9'), escape('\0a'), escape('\u00e9\u00e9'), escape('a'), escape(''), escape('\u0100'), escape('\u{1F600}'), escape('@*_+-./ '));
print(/[\0]/.test('a\0'), /[^\0]/.exec('\0a')[0], /\0/.exec('a\0').index, /./.exec('\0')[0].length, /\x00+/.exec('a\0\0')[0].length);
