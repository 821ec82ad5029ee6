// Host functions that are made outside of the engine are there and work.
print(typeof TextEncoder, typeof TextDecoder, typeof Base64);
const bytes = new TextEncoder().encode("h\u00e9llo \u{1f30d}");
print(bytes.join());
print(new TextDecoder().decode(bytes));
print(Base64.encode(bytes.buffer));
print(new Uint8Array(Base64.decode("AAEC/w==")).join());
