/** Memory stays flat: replays leave nothing behind, and dropped models give everything back. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import type { Sample } from './memory-child.ts';

const REPLAYS = 2000;
const MODELS = 200;

/**
 * The least that a step could leave behind is its loss, a Tensor with an array of one float: over 200 bytes. A tenth
 * of that still tells a leak from the noise of the collector.
 */
const HEAP_BYTES_PER_STEP = 20;
/** Arrays of more than 64 bytes lie outside the heap: the smallest that a step could leave behind. */
const BUFFER_BYTES_PER_STEP = 64;
/** Model, graph, two programs and their plans take over 100 KB of heap; a tenth tells a leak of one of them. */
const HEAP_BYTES_PER_MODEL = 10_000;
/** Weights, moments and counters of one model of memory-child.ts on the device are above this. */
const VARIABLE_BYTES_PER_MODEL = 4 * (16 * 32 + 32);

t.test(`${REPLAYS} replays of a training step leave heap and array buffers flat`, async (t) => {
  const growth = growthOf(await measure('replays'), REPLAYS);
  t.comment(JSON.stringify(growth));
  t.ok(growth.heap < HEAP_BYTES_PER_STEP, `${growth.heap} bytes of heap per step`);
  t.ok(growth.arrayBuffers < BUFFER_BYTES_PER_STEP, `${growth.arrayBuffers} bytes of array buffers per step`);
  t.equal(growth.variables, 0);
  t.equal(growth.scratch, 0);
});

t.test(`${MODELS} models built, trained for a step and dropped leave memory flat`, async (t) => {
  const growth = growthOf(await measure('models'), MODELS);
  t.comment(JSON.stringify(growth));
  t.ok(growth.heap < HEAP_BYTES_PER_MODEL, `${growth.heap} bytes of heap per model`);
  t.ok(growth.arrayBuffers < VARIABLE_BYTES_PER_MODEL, `${growth.arrayBuffers} bytes of array buffers per model`);
  t.ok(growth.variables * MODELS <= 2 * VARIABLE_BYTES_PER_MODEL * 4, `${growth.variables} bytes of variables per model`);
  t.equal(growth.scratch, 0);
});

t.test('the measures see a leak of one loss per step and of one model', async (t) => {
  const step = growthOf(await measure('replays', 'leak'), REPLAYS);
  const model = growthOf(await measure('models', 'leak'), MODELS);
  t.comment(JSON.stringify({ step, model }));
  t.ok(step.heap > 10 * HEAP_BYTES_PER_STEP);
  t.ok(model.heap > 10 * HEAP_BYTES_PER_MODEL);
  t.ok(model.variables > VARIABLE_BYTES_PER_MODEL);
});

/** Bytes that each of `count` pieces of work left, from the medians of the first and last three samples. */
function growthOf(samples: readonly Sample[], count: number): Sample {
  const between = (count * (samples.length - 3)) / (samples.length - 1);
  const of = (key: keyof Sample): number => {
    const values = samples.map((sample) => sample[key]);
    return (median(values.slice(-3)) - median(values.slice(0, 3))) / between;
  };
  return { heap: of('heap'), arrayBuffers: of('arrayBuffers'), variables: of('variables'), scratch: of('scratch') };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

async function measure(...what: readonly string[]): Promise<Sample[]> {
  const script = fileURLToPath(new URL('./memory-child.js', import.meta.url));
  const device = process.execArgv.filter((arg) => arg.includes('use-async-device'));
  const child = spawn(process.execPath, [...device, '--expose-gc', script, ...what], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  for await (const chunk of child.stdout) output += String(chunk);
  return JSON.parse(output) as Sample[];
}
