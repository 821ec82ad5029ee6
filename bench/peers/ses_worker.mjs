// Times what a worker per object costs on Node: a worker thread that locks down with
// SES and evaluates once in a compartment.
// Usage: node ses_worker.mjs ROUNDS  -> the median in milliseconds on standard output.
import { Worker, isMainThread, parentPort } from 'node:worker_threads';
import { fileURLToPath } from 'node:url';

if (isMainThread) {
  const times = [];
  for (let i = 0; i < Number(process.argv[2] ?? 9); i += 1) {
    const begun = performance.now();
    const worker = new Worker(fileURLToPath(import.meta.url));
    await new Promise(resolve => worker.once('message', resolve));
    times.push(performance.now() - begun);
    await worker.terminate();
  }
  times.sort((a, b) => a - b);
  console.log(times[times.length >> 1]);
} else {
  await import('ses');
  lockdown({ errorTaming: 'unsafe' });
  parentPort.postMessage(new Compartment().evaluate('1 + 1'));
}
