/** Memory stays flat: replays leave nothing behind, and dropped models give everything back. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import type { Sample } from './memory-child.ts';

const REPLAYS = 2000;
const MODELS = 200;
const FLAT: Sample = { heap: 0, arrayBuffers: 0, variables: 0, scratch: 0 };

/** The least that a step could leave behind is its loss, a tensor with an array of one number: about 300 bytes. */
const HEAP_BYTES_PER_STEP = 100;
/** A model with its two programs takes about 200 KB of heap; the collector alone moves some hundred bytes per model. */
const HEAP_BYTES_PER_MODEL = 5_000;
/** Compiled code lies in the heap as well and comes when V8 likes: interpreted, a heap holds data only. */
const INTERPRETED = ['--no-opt', '--no-sparkplug', '--no-flush-bytecode'];

t.test(`${REPLAYS} replays of a training step leave heap and array buffers flat`, async (t) => {
  const left = await growth('replays', REPLAYS);
  t.comment(JSON.stringify(left));
  t.ok(left.heap < HEAP_BYTES_PER_STEP, `${left.heap} bytes of heap per step`);
  t.strictSame({ ...left, heap: 0 }, FLAT);
});

t.test(`${MODELS} models built, trained for a step and dropped leave heap and device flat`, async (t) => {
  const left = await growth('models', MODELS);
  t.comment(JSON.stringify(left));
  t.ok(left.heap < HEAP_BYTES_PER_MODEL, `${left.heap} bytes of heap per model`);
  t.strictSame({ ...left, heap: 0 }, FLAT);
});

t.test('the measures see one loss kept per step, and models that are kept', async (t) => {
  const step = await growth('replays', REPLAYS / 2, 'leak');
  const model = await growth('models', MODELS / 5, 'leak');
  t.comment(JSON.stringify({ step, model }));
  t.ok(step.heap > HEAP_BYTES_PER_STEP);
  t.ok(model.heap > HEAP_BYTES_PER_MODEL);
  t.ok(model.variables > 0 && model.arrayBuffers > 0);
});

/** Bytes that each of `count` pieces of work left: the median round, so that what the collector does once does not count. */
async function growth(what: string, count: number, ...leak: readonly string[]): Promise<Sample> {
  const samples = await measure(what, String(count), ...leak);
  const perRound = count / (samples.length - 1);
  const of = (key: keyof Sample): number =>
    median(samples.slice(1).map((sample, round) => sample[key] - (samples[round]?.[key] ?? NaN))) / perRound;
  return { heap: of('heap'), arrayBuffers: of('arrayBuffers'), variables: of('variables'), scratch: of('scratch') };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

async function measure(...what: readonly string[]): Promise<Sample[]> {
  const script = fileURLToPath(new URL('./memory-child.js', import.meta.url));
  const device = process.execArgv.some((arg) => arg.includes('use-async-device'))
    ? [`--import=${new URL('../../support/use-async-device.js', import.meta.url).href}`]
    : [];
  const child = spawn(process.execPath, [...device, ...INTERPRETED, '--expose-gc', script, ...what], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  for await (const chunk of child.stdout) output += String(chunk);
  return JSON.parse(output) as Sample[];
}
