/** Ends the process when something in it runs for ever: a loop inside WebAssembly can be stopped in no other way. */
import { Worker } from 'node:worker_threads';

export interface Watchdog {
  /** Tells that the next thing begins. @param number what is printed of it if it never ends */
  readonly begin: (number: number) => void;
  readonly stop: () => Promise<unknown>;
}

const WATCH = `
const { workerData: { shared, patience, name } } = require('node:worker_threads');
const { writeSync } = require('node:fs');
const beats = new Int32Array(shared);
let last = -1, since = Date.now();
setInterval(() => {
  const count = Atomics.load(beats, 0);
  if (count !== last) { last = count; since = Date.now(); }
  else if (Date.now() - since > patience) {
    writeSync(2, name + ' ' + Atomics.load(beats, 1) + ' has not ended for ' + patience + ' ms: the process is ended.\\n');
    process.kill(process.pid, 'SIGKILL');
  }
}, 200).unref();
setInterval(() => {}, 1000);
`;

/** @param name what runs, for the message @param patience milliseconds that one thing may take */
export function startWatchdog(name: string, patience: number): Watchdog {
  const shared = new SharedArrayBuffer(8);
  const beats = new Int32Array(shared);
  const worker = new Worker(WATCH, { eval: true, stdout: true, stderr: true, workerData: { shared, patience, name } });
  worker.unref();
  return {
    begin: (number) => {
      Atomics.store(beats, 1, number);
      Atomics.add(beats, 0, 1);
    },
    stop: () => worker.terminate(),
  };
}
