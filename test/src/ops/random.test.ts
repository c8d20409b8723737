/** What random ops draw: reproducible with a seed, new in every run without, and of the promised distribution. */
import t, { type Test } from 'tap';
import { hashKey } from '../../../kernels/random/key.ts';
import { dropout, mean, mul, randomNormal, randomUniform, sum, variance } from '../../../src/ops/index.ts';
import { randomNormalWith, randomUniformWith } from '../../../src/ops/random.ts';
import { advanceCounter, globalSeed, seed } from '../../../src/ops/random-state.ts';
import { compile } from '../../../src/tape/compile.ts';
import { ones, tensor } from '../../../src/tensor/tensor.ts';
import { variable } from '../../../src/tensor/variable.ts';

const SIZE = 10_000;

t.test('a seed of its own makes a call stateless', (t) => {
  const first = randomUniform([8], { seed: 7 });
  randomUniform([8]);
  t.strictSame(randomUniform([8], { seed: 7 }).data, first.data);
  t.notSame(randomUniform([8], { seed: 8 }).data, first.data, 'another seed draws others');
  t.notSame(randomUniform([8], { seed: -7 }).data, first.data, 'a negative one too');
  t.end();
});

t.test('without one every call draws anew, and seed() starts over', (t) => {
  seed(3);
  const draws = () =>
    [randomUniform([4]), randomNormal([4]), dropout(ones([64]), 0.5), randomUniform([4])].map(({ data }) => [...data]);
  const first = draws();
  t.notSame(first[0], first[3]);
  t.notSame(draws(), first);
  seed(3);
  t.strictSame(draws(), first);
  seed(4);
  t.notSame(draws(), first);
  t.equal(globalSeed(), 4);
  t.end();
});

t.test('a compiled function draws anew in every run, and the same after seed()', async (t) => {
  seed(1);
  const draw = compile(() => randomUniform([4]));
  const first = await draw();
  const second = await draw();
  t.notSame(second.data, first.data);
  t.notSame((await draw()).data, second.data);
  t.equal(draw.cacheSize, 1, 'all from one program');
  seed(1);
  t.strictSame((await draw()).data, first.data);
  t.strictSame((await draw()).data, second.data);
});

t.test('seed() is refused where it would run only once, and for what is no integer', (t) => {
  t.throws(() => compile(() => seed(1)).sync(), /seed: called inside a compiled function/);
  t.throws(() => seed(0.5), /seed: 0.5 is not an integer within 2\^53/);
  t.end();
});

t.test('a counter carries at 2^24, eagerly and compiled', async (t) => {
  const counter = variable(tensor([2 ** 24 - 2, 5]));
  advanceCounter(counter);
  t.strictSame(counter.value.toArray(), [2 ** 24 - 1, 5]);
  const advance = compile(() => advanceCounter(counter));
  await advance();
  t.strictSame((await counter.read()).toArray(), [0, 6]);
  await advance();
  t.strictSame((await counter.read()).toArray(), [1, 6]);
});

// Bounds of five standard deviations of the estimate: 1 / sqrt(12 n) for the mean of uniform numbers, and so on.
const deviations = (sigma: number): number => (5 * sigma) / Math.sqrt(SIZE);
const near = (t: Test, actual: number, wanted: number, bound: number, what: string): void => {
  t.ok(Math.abs(actual - wanted) < bound, `${what}: ${actual} is within ${bound} of ${wanted}`);
};

t.test('uniform numbers fill their interval evenly', (t) => {
  const x = randomUniform([SIZE], { minimum: -1, maximum: 3, seed: 1 });
  t.ok(x.data.every((value) => value >= -1 && value < 3));
  near(t, mean(x).item(), 1, deviations(4 / Math.sqrt(12)), 'mean');
  // The variance of (x - mean)² of a uniform number on an interval of length 4 is 4^4 / 180.
  near(t, variance(x).item(), 16 / 12, deviations(Math.sqrt(256 / 180)), 'variance');
  t.end();
});

t.test('normal numbers have their mean and deviation', (t) => {
  const x = randomNormal([SIZE], { mean: 2, stddev: 3, seed: 1 });
  near(t, mean(x).item(), 2, deviations(3), 'mean');
  near(t, variance(x).item(), 9, deviations(9 * Math.SQRT2), 'variance');
  t.end();
});

t.test('dropout drops the rate and scales the rest, and rows as a whole with a noise shape', (t) => {
  const x = dropout(ones([SIZE]), 0.25, { seed: 1 });
  t.strictSame(new Set(x.data), new Set([0, Math.fround(4 / 3)]));
  const kept = sum(mul(x, 0.75)).item();
  near(t, kept / SIZE, 0.75, deviations(Math.sqrt(0.25 * 0.75)), 'kept');
  const rows = dropout(ones([100, 3]), 0.5, { seed: 1, noiseShape: [100, 1] }).toArray() as number[][];
  t.ok(rows.every(([a, b, c]) => a === b && b === c));
  t.strictSame(new Set(rows.flat()), new Set([0, 2]));
  t.end();
});

t.test('dropout drops any rate, also more than half', (t) => {
  for (const rate of [0.1, 0.5, 0.7, 0.95]) {
    const x = dropout(ones([SIZE]), rate, { seed: 1 });
    t.strictSame(new Set(x.data), new Set([0, Math.fround(1 / (1 - rate))]));
    const dropped = x.data.filter((value) => value === 0).length / SIZE;
    near(t, dropped, rate, deviations(Math.sqrt(rate * (1 - rate))), 'dropped');
  }
  t.end();
});

t.test('call n since seed() draws from the key of (seed, op, n), at a counter of n', (t) => {
  seed(5);
  for (const [n, name] of ['randomUniform', 'randomUniform', 'randomNormal', 'randomUniform'].entries()) {
    const drawn = name === 'randomUniform' ? randomUniform([4]) : randomNormal([4]);
    const source = { key: hashKey(5, name, n), counter: tensor([n, 0]) };
    const expected = name === 'randomUniform' ? randomUniformWith([4], source) : randomNormalWith([4], source);
    t.strictSame(drawn.data, expected.data, `call ${n}`);
  }
  t.end();
});

t.test('dropout at rate 0 gives x itself and draws nothing', (t) => {
  const x = ones([3]);
  seed(9);
  const without = randomUniform([2]).data;
  seed(9);
  t.equal(dropout(x, 0), x);
  t.strictSame(randomUniform([2]).data, without);
  t.end();
});
