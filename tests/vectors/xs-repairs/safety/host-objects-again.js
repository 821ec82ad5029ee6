// What Object.create makes of a host object's prototype is no buffer.
const c = new Compartment({ globals: { print, TextDecoder, TextEncoder, Base64 } });
lockdown();
c.evaluate(`
const attempt = (f) => { try { return f(); } catch (error) { return error.name; } };
const o = Object.create(TextDecoder.prototype);
Object.defineProperty(o, 'byteLength', { value: 64 });
Object.setPrototypeOf(o, Uint8Array.prototype);
print(attempt(() => new TextEncoder().encodeInto('hello', o)));
print(attempt(() => new TextDecoder().decode(o)));
print(attempt(() => Base64.encode(o)));
print(attempt(() => new Uint8Array(o).length), attempt(() => new DataView(o)));
print(attempt(() => TextDecoder.prototype.decode.call(o, new Uint8Array(1))) !== '');
const bytes = new Uint8Array(4);
print(new TextEncoder().encodeInto('hello', bytes).written, new TextDecoder().decode(bytes));
print(Base64.encode(bytes), new TextDecoder().decode(new Uint8Array([0xff, 0x41, 0xc3])));
`);
