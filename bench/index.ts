/**
 * The benchmark: our matrix product against the loop that everybody writes first, and one whole training step. Both run
 * in one process in turns, so that a machine that slows down slows both; medians are compared.
 */
import Benchmark from 'benchmark';
import * as gt from 'gradtape';

/** GFLOP/s of the best plain JavaScript product that was measured on the machine of the README's table. */
const PLAIN_JAVASCRIPT_CEILING = 4.4;
const SIZE = 256;
const ROUNDS = 7;

const a = gt.ops.randomNormal([SIZE, SIZE], { seed: 1 });
const b = gt.ops.randomNormal([SIZE, SIZE], { seed: 2 });
const product = gt.compile((x: gt.Tensor, y: gt.Tensor) => gt.ops.matmul(x, y));

function naive(left: Float32Array, right: Float32Array): Float32Array {
  const result = new Float32Array(SIZE * SIZE);
  for (let i = 0; i < SIZE; i++) {
    for (let j = 0; j < SIZE; j++) {
      let sum = 0;
      for (let k = 0; k < SIZE; k++) sum += (left[i * SIZE + k] ?? 0) * (right[k * SIZE + j] ?? 0);
      result[i * SIZE + j] = sum;
    }
  }
  return result;
}

const features = gt.input([784]);
let h = gt.layers.dense(128, { activation: 'relu' })(features);
h = gt.layers.dense(10, { activation: 'softmax' })(h);
const net = gt.model(features, h);
const optimizer = gt.optimizers.adam();
const step = gt.compile((x: gt.Tensor, y: gt.Tensor) => {
  const loss = (): gt.Tensor => gt.losses.sparseCategoricalCrossentropy(y, net(x, { training: true }));
  const [value, gradients] = gt.valueAndGrad(loss, net.trainableWeights);
  optimizer.apply(gradients, net.trainableWeights);
  return value;
});
const batch = gt.ops.randomNormal([128, 784], { seed: 3 });
const labels = gt.zeros([128]);

const cases: readonly { readonly name: string; readonly run: () => unknown; readonly flops: number }[] = [
  { name: `matmul ${SIZE}, gradtape`, run: () => product.sync(a, b), flops: 2 * SIZE ** 3 },
  { name: `matmul ${SIZE}, naive loop`, run: () => naive(a.data, b.data), flops: 2 * SIZE ** 3 },
  {
    name: 'training step, MLP 784-128-10, batch 128, adam',
    run: () => step.sync(batch, labels),
    flops: step.program(batch, labels).flops,
  },
];

const seconds = new Map<string, number[]>(cases.map(({ name }) => [name, []]));
for (let round = 0; round < ROUNDS; round++) {
  for (const { name, run } of cases) {
    const benchmark = new Benchmark(name, run, { maxTime: 0.3, minSamples: 5 });
    benchmark.run({ async: false });
    seconds.get(name)?.push(benchmark.stats.mean);
  }
}

const median = (name: string): number => {
  const sorted = (seconds.get(name) ?? []).toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
};
for (const { name, flops } of cases) {
  const time = median(name);
  const rate = flops / time / 1e9;
  const share = ((100 * rate) / PLAIN_JAVASCRIPT_CEILING).toFixed(0);
  console.log(
    `${name.padEnd(50)} ${(time * 1000).toFixed(2).padStart(8)} ms ${rate.toFixed(2).padStart(7)} GFLOP/s  ${share.padStart(3)} % of the plain JavaScript ceiling`,
  );
}
const [ours, theirs] = cases;
if (ours && theirs)
  console.log(
    `matmul ${SIZE}: ${(median(theirs.name) / median(ours.name)).toFixed(2)} times as fast as the naive loop`,
  );
