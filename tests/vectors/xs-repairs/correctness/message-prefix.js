// The engine's messages begin with a function's name only where it has one.
'use strict';
const show = f => { try { f(); } catch (e) { print(e.name + ': ' + e.message); } };
show(() => absent);
show(() => { absent = 1; });
show(function named() { return absent; });
show(Reflect.apply.bind(null, (0, () => null.x), null, []));
show(() => new Compartment({}).evaluate('absent'));
