// A stock peer: npm's @endo/captp, unmodified, as a client of the daemon's socket.
// Prints one JSON array of what it saw; the test says what that has to be.
import 'ses';
import '@endo/eventual-send/shim.js';
import net from 'node:net';

lockdown({ errorTaming: 'unsafe', consoleTaming: 'unsafe', overrideTaming: 'severe' });

const { E, Far } = await import('@endo/far');
const { makeCapTP } = await import('@endo/captp');

const socket = net.connect(process.argv[2]);
const send = message => {
  const text = Buffer.from(JSON.stringify(message));
  socket.write(Buffer.concat([Buffer.from(`${text.length}:`), text, Buffer.from(',')]));
};
const { dispatch, abort, getBootstrap } = makeCapTP('stock', send, undefined, {
  onReject: () => {},
});

let buffer = Buffer.alloc(0);
socket.on('data', data => {
  buffer = Buffer.concat([buffer, data]);
  for (;;) {
    const colon = buffer.indexOf(':');
    if (colon < 0) return;
    const length = Number(buffer.subarray(0, colon));
    if (buffer.length < colon + length + 2) return;
    const text = buffer.subarray(colon + 1, colon + 1 + length).toString();
    buffer = buffer.subarray(colon + length + 2);
    dispatch(JSON.parse(text));
  }
});

const seen = [];
const see = value => seen.push(typeof value === 'bigint' ? `${value}n` : value);
const failed = promise => promise.then(() => 'no error', error => error.message);

const endo = await getBootstrap();
see(await E(endo).ping());
const host = E(endo).host();
see(await E(host).evaluate('MAIN', '10n ** 20n', [], [], undefined));
see(await E(host).storeValue(harden({ a: [1, undefined, 7n] }), 'stored'));
const stored = await E(host).lookup('stored');
see(stored.a[0]);
see(stored.a[2]);
const counter = E(host).evaluate(
  'MAIN', 'let n = 0; Far("Counter", { up: by => (n += by) })', [], [], ['counter'],
);
see(await E(counter).up(2));
see(await E(host).evaluate('w', 'E(c).up(3)', ['c'], [['counter']], undefined));
const listener = Far('Listener', { heard: text => `heard ${text}` });
const speaker = E(host).evaluate(
  'w', 'Far("Speaker", { speak: to => E(to).heard("it") })', [], [], undefined,
);
see(await E(speaker).speak(listener));
see(await failed(E(host).lookup('nosuch')));
see(await failed(E(host).evaluate('MAIN', 'throw RangeError("r")', [], [], undefined)));
see(await failed(E(counter).nosuch()));
const blob = E(host).storeBlob(
  Far('AsyncIterator', {
    next: (() => {
      const items = [{ done: false, value: 'aGk=' }, { done: true, value: undefined }];
      return () => harden(items.shift());
    })(),
  }),
  'blob',
);
see(await E(blob).text());
see((await E(host).list()).slice(-4));
const { promise } = await E(host).evaluate(
  'MAIN', 'harden({ promise: Promise.resolve("later") })', [], [], undefined,
);
see(await promise);
abort();
socket.end();
console.log(JSON.stringify(seen));
