/** Memory stays flat: replays leave nothing behind, steps that throw neither, and dropped models give everything back. */
import t from 'tap';
import type { Sample } from './memory-child.ts';
import { growth, HEAP_BYTES_PER_STEP } from './memory-growth.ts';

const REPLAYS = 2000;
const MODELS = 200;
const FLAT: Sample = { heap: 0, arrayBuffers: 0, variables: 0, scratch: 0 };

/** A model with its two programs takes about 200 KB of heap; the collector alone moves some hundred bytes per model. */
const HEAP_BYTES_PER_MODEL = 5_000;

t.test(`${REPLAYS} replays of a training step leave heap and array buffers flat`, async (t) => {
  const left = await growth('replays', REPLAYS);
  t.comment(JSON.stringify(left));
  t.ok(left.heap < HEAP_BYTES_PER_STEP, `${left.heap} bytes of heap per step`);
  t.strictSame({ ...left, heap: 0 }, FLAT);
});

t.test(`${REPLAYS} steps that throw leave heap and array buffers flat`, async (t) => {
  const left = await growth('failures', REPLAYS);
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
  const step = await growth('replays', REPLAYS, 'leak');
  const failure = await growth('failures', REPLAYS, 'leak');
  const model = await growth('models', MODELS / 5, 'leak');
  t.comment(JSON.stringify({ step, failure, model }));
  t.ok(step.heap > HEAP_BYTES_PER_STEP);
  t.ok(failure.heap > HEAP_BYTES_PER_STEP);
  t.ok(model.heap > HEAP_BYTES_PER_MODEL);
  t.ok(model.variables > 0 && model.arrayBuffers > 0);
});
