/** Sequences of a hundred lengths in one fit: the programs in memory are bounded, and so is the memory. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import * as gt from 'gradtape';
import t from 'tap';
import { PROGRAM_CACHE_SIZE } from '../../../src/tape/compile.ts';
import { LENGTHS, type EpochSample } from './lengths-child.ts';

const EPOCHS = 4;
/** Compiled code lies in the heap as well and comes when V8 likes: interpreted, a heap holds data only. */
const INTERPRETED = ['--no-opt', '--no-sparkplug', '--no-flush-bytecode'];

async function epochs(...more: readonly string[]): Promise<EpochSample[]> {
  const script = fileURLToPath(new URL('./lengths-child.js', import.meta.url));
  const device = process.execArgv.some((arg) => arg.includes('use-async-device'))
    ? [`--import=${new URL('../../support/use-async-device.js', import.meta.url).href}`]
    : [];
  const child = spawn(process.execPath, [...device, ...INTERPRETED, '--expose-gc', script, String(EPOCHS), ...more], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  for await (const chunk of child.stdout) output += String(chunk);
  return JSON.parse(output) as EpochSample[];
}

const first = (samples: readonly EpochSample[]): EpochSample => samples[1] as EpochSample;
const last = (samples: readonly EpochSample[]): EpochSample => samples.at(-1) as EpochSample;
/** Bytes of heap that each program added after the second epoch. */
const heapPerProgram = (samples: readonly EpochSample[]): number =>
  (last(samples).heap - first(samples).heap) / (LENGTHS * (EPOCHS - 2));

t.test(`${LENGTHS} lengths per epoch: ${PROGRAM_CACHE_SIZE} programs are kept, and memory stays flat`, async (t) => {
  const [flat, leaking] = await Promise.all([epochs(), epochs('leak')]);
  t.comment(
    `bound ${PROGRAM_CACHE_SIZE} programs; heap after epochs 2 and ${EPOCHS}: ${first(flat).heap}, ${last(flat).heap}`,
  );
  t.comment(`bytes of heap per program: ${heapPerProgram(flat)} kept, ${heapPerProgram(leaking)} if all were kept`);
  for (const { programs } of flat) t.equal(programs, PROGRAM_CACHE_SIZE);
  t.ok(heapPerProgram(leaking) > 10_000, 'the measure sees programs that are kept');
  t.ok(heapPerProgram(flat) < heapPerProgram(leaking) / 50);
  t.same([last(flat).variables, last(flat).scratch], [first(flat).variables, first(flat).scratch]);
  t.ok(last(flat).arrayBuffers <= first(flat).arrayBuffers * 1.01);
});

t.test('a program that was dropped and traced again trains on with the weights of now', async (t) => {
  const run = async (interleaved: boolean): Promise<unknown> => {
    gt.clearSession();
    gt.seed(4);
    const steps = gt.input([null, 2]);
    const net = gt.model(steps, gt.layers.dense(1)(gt.layers.globalAveragePooling1d()(steps)));
    net.compile({ optimizer: 'adam', loss: 'mse' });
    for (let step = 0; step < 3; step++) {
      await net.trainOnBatch(gt.ones([2, 3, 2]), gt.zeros([2, 1]));
      // Evaluation of more lengths than programs are kept drops those of other lengths, and changes nothing.
      for (let length = 4; interleaved && length < 4 + 2 * PROGRAM_CACHE_SIZE; length++) {
        await net.testOnBatch(gt.ones([2, length, 2]), gt.zeros([2, 1]));
        await net.predictOnBatch(gt.ones([2, length, 2]));
      }
    }
    return [(await net.getWeights()).map((one) => one.toArray()), await net.testOnBatch(gt.ones([2, 3, 2]), gt.zeros([2, 1]))]; // prettier-ignore
  };
  t.same(await run(true), await run(false));
});

t.test('lengths within a batch differ by padding; between batches they may differ freely', async (t) => {
  const text = gt.input([null], { dtype: 'int32' });
  const net = gt.model(text, gt.layers.dense(1)(gt.layers.globalAveragePooling1d()(gt.layers.embedding(9, 2)(text))));
  net.compile({ optimizer: 'adam', loss: 'mse' });
  const batches = [[[1, 2], [3]], [[4, 5, 6, 7]], [[8], [1], [2]]].map((sequences): gt.BatchData => [
    gt.data.padSequences(sequences),
    gt.zeros([sequences.length, 1]),
  ]); // prettier-ignore
  const { history } = await net.fit(() => batches, { epochs: 3, verbose: 0 });
  t.equal(history['loss']?.length, 3);
  t.same((await net.predict(() => batches)).shape, [6, 1]);
});
