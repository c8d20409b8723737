/**
 * What a thread of a team does from its start to its end. The function travels as its source text, so that a thread
 * needs no file of its own: it may name nothing outside of itself but what every engine has, and no function inside of it
 * has a name, for tools that keep names would put calls of their own there.
 */
import type { ThreadStart } from './layout.ts';

interface Engine {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (
    module: object,
    imports: object,
  ) => { readonly exports: Readonly<Record<string, (row: number, thread: number) => void>> };
}

export function runThread(start: ThreadStart): void {
  const { memory, control, layout: at, thread, idleSpin, runSpin, mostDelay } = start;
  const { Module, Instance } = (globalThis as unknown as { readonly WebAssembly: Engine }).WebAssembly;
  const words = new Int32Array(memory.buffer, control, at.length);
  const functions = new Map<number, (row: number, thread: number) => void>();
  let last = 0;
  let random = thread;
  Atomics.add(words, at.ready, 1);
  while (Atomics.load(words, at.dismissed) === 0) {
    // Awake for a while, then asleep until the next stage opens.
    let stage = Atomics.load(words, at.stage);
    let since = performance.now();
    let turns = 0;
    while ((stage === 0 || stage === last) && Atomics.load(words, at.dismissed) === 0) {
      if (++turns % 32 === 0) {
        const patience = Atomics.load(words, at.running) === 0 ? idleSpin : runSpin;
        if (performance.now() - since >= patience) {
          Atomics.add(words, at.sleepers, 1);
          Atomics.wait(words, at.stage, stage, 1000);
          Atomics.sub(words, at.sleepers, 1);
          since = performance.now();
        }
      }
      stage = Atomics.load(words, at.stage);
    }
    Atomics.add(words, at.active, 1);
    stage = Atomics.load(words, at.stage);
    // It may have closed, and even opened again, before this thread came in.
    if (stage !== 0 && stage !== last) {
      last = stage;
      let claimed = false;
      try {
        const id = words[at.functionId] as number;
        let run = functions.get(id);
        if (run === undefined) {
          if (functions.size > 4096) functions.clear();
          const from = words[at.moduleAt] as number;
          const bytes = new Uint8Array(memory.buffer, from, words[at.moduleBytes] as number).slice();
          const { exports } = new Instance(new Module(bytes), { gradtape: { memory } });
          const first = words[at.firstId] as number;
          for (let index = 0; exports[`p${index}`] !== undefined; index++) {
            functions.set(first + index, exports[`p${index}`] as (row: number, thread: number) => void);
          }
          run = functions.get(id) as (row: number, thread: number) => void;
        }
        const rows = words[at.rows] as number;
        const rowBytes = words[at.rowBytes] as number;
        const count = words[at.count] as number;
        for (let part = Atomics.add(words, at.next, 1); part < count; part = Atomics.add(words, at.next, 1)) {
          claimed = true;
          if (mostDelay > 0) {
            random = (Math.imul(random, 1103515245) + 12345) & 0x7fffffff;
            const until = performance.now() + (mostDelay * random) / 0x7fffffff;
            while (performance.now() < until);
          }
          run(rows + part * rowBytes, thread);
          claimed = false;
          Atomics.add(words, at.done, 1);
        }
      } catch (error) {
        if (Atomics.compareExchange(words, at.failed, 0, thread + 1) === 0) {
          const text = String(error).slice(0, at.length - at.text);
          for (let unit = 0; unit < text.length; unit++) words[at.text + unit] = text.charCodeAt(unit);
          Atomics.store(words, at.textLength, text.length);
        }
        if (claimed) Atomics.add(words, at.done, 1);
      }
    }
    Atomics.sub(words, at.active, 1);
    if (Atomics.load(words, at.waiting) !== 0) {
      Atomics.add(words, at.events, 1);
      Atomics.notify(words, at.events);
    }
  }
}
