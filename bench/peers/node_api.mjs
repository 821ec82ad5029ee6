// Times @agoric/xsnap through its own Node API, as its users drive it.
// Usage: node node_api.mjs ROUNDS  -> one JSON object on standard output.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const require = createRequire(path.join(process.cwd(), 'peer.cjs'));
const load = name => import(pathToFileURL(require.resolve(name)).href);
await load('@endo/init');
const { xsnap } = await load('@agoric/xsnap');
const { tmpName } = await load('tmp');

const rounds = Number(process.argv[2] ?? 300);
const decode = bytes => new TextDecoder().decode(bytes);
const options = {
  os: os.type(),
  spawn,
  fs: { ...fs, ...fs.promises, tmpName },
  handleCommand: async message => message,
  meteringLimit: 0,
};
const now = () => performance.now();
const median = values => values.sort((a, b) => a - b)[values.length >> 1];

const starts = [];
for (let i = 0; i < 7; i += 1) {
  const t = now();
  const vat = await xsnap(options);
  await vat.evaluate('1');
  starts.push(now() - t);
  await vat.close();
}

const vat = await xsnap(options);
await vat.evaluate('globalThis.handleCommand = bytes => ({ result: bytes })');
const rate = async (count, work) => {
  const t = now();
  for (let i = 0; i < count; i += 1) await work();
  return count / ((now() - t) / 1000);
};
const small = new Uint8Array(32).fill(97);
const large = new Uint8Array(65536).fill(97);
const evaluations = await rate(rounds, () => vat.evaluate('1'));
const messages = await rate(rounds, () => vat.issueCommand(small));
let outstanding = 0;
{
  const t = now();
  for (let i = 0; i < rounds / 64; i += 1) {
    await Promise.all(Array.from({ length: 64 }, () => vat.issueCommand(small)));
  }
  outstanding = (Math.ceil(rounds / 64) * 64) / ((now() - t) / 1000);
}
const largeMessages = await rate(rounds / 4, () => vat.issueCommand(large));
const calls = rounds;
const t = now();
await vat.evaluate(
  `for (let i = 0; i < ${calls}; i++) issueCommand(new ArrayBuffer(32));`,
);
const hostCalls = calls / ((now() - t) / 1000);
await vat.close();
console.log(
  JSON.stringify({
    start_ms: median(starts),
    evaluations,
    messages,
    outstanding,
    large: largeMessages,
    host_calls: hostCalls,
  }),
);
