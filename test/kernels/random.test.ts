import t from 'tap';
import { dropoutMaskKernel, hashKey, randomNormalKernel, randomUniformKernel } from '../../kernels/random/index.ts';
import { permutation } from '../../kernels/random/permutation.ts';
import { BLOCK, threefry } from '../../kernels/random/threefry.ts';
import { outputsOf } from './indexing.ts';

const counterOf = (low: number, high = 0) => ({ shape: [2], data: [low, high] });
const key: [number, number] = hashKey(7, 'dense/kernel', 0);

function uniform(
  size: number,
  low: number,
  high = 0,
  Float: Float32ArrayConstructor | Float64ArrayConstructor = Float32Array,
): number[] {
  return outputsOf(randomUniformKernel, [counterOf(low, high)], [[size]], { key, minimum: 0, maximum: 1 }, Float)[0]!;
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

t.test("Threefry reproduces Random123's known answers", (t) => {
  const table: [key: [number, number], counter: [number, number], block: [number, number]][] = [
    [
      [0, 0],
      [0, 0],
      [0x6b200159, 0x99ba4efe],
    ],
    [
      [0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x1cb996fc, 0xbb002be7],
    ],
    [
      [0x13198a2e, 0x03707344],
      [0x243f6a88, 0x85a308d3],
      [0xc4923a9c, 0x483df7a0],
    ],
  ];
  for (const [words, counter, block] of table) {
    threefry(...words, ...counter);
    t.same(Array.from(BLOCK), block);
  }
  t.end();
});

t.test('element i is a word of the documented block', (t) => {
  const values = uniform(5, 0x123456, 0x654321);
  for (let i = 0; i < 5; i++) {
    threefry(key[0] ^ 0x6543, key[1], Math.floor(i / 2), 0x21123456);
    t.equal(values[i], (BLOCK[i % 2]! >>> 8) / 2 ** 24);
  }
  t.end();
});

t.test('float32 and float64 runs give the same uniform numbers, and a longer run begins with a shorter one', (t) => {
  t.same(uniform(101, 5), uniform(101, 5, 0, Float64Array));
  t.same(uniform(101, 5).slice(0, 60), uniform(60, 5));
  t.same(uniform(0, 5), []);
  t.end();
});

t.test('counters that differ in one bit share no numbers', (t) => {
  const seen = new Set<string>();
  const counters: [number, number][] = [[0, 0]];
  for (let bit = 0; bit < 24; bit++) counters.push([2 ** bit, 0], [0, 2 ** bit]);
  for (const [low, high] of counters) seen.add(uniform(4, low, high).join());
  t.equal(seen.size, 49);
  t.end();
});

t.test('uniform numbers have the mean, variance and range of their interval', (t) => {
  const size = 20000;
  const options = { key, minimum: -2, maximum: 4 };
  const values = outputsOf(randomUniformKernel, [counterOf(1)], [[size]], options)[0]!;
  t.ok(values.every((value) => value >= -2 && value < 4));
  // Five standard errors of the mean (variance 36/12 = 3) and of the second moment about 1 (6^4/80 - 9 = 7.2).
  t.ok(Math.abs(meanOf(values) - 1) < 5 * Math.sqrt(3 / size));
  t.ok(Math.abs(meanOf(values.map((value) => (value - 1) ** 2)) - 3) < 5 * Math.sqrt(7.2 / size));
  t.end();
});

t.test('normal numbers have four right moments and no correlation within a block', (t) => {
  const size = 20000;
  const options = { key, mean: 3, stddev: 2 };
  const values = outputsOf(randomNormalKernel, [counterOf(1)], [[size]], options)[0]!;
  const standard = values.map((value) => (value - 3) / 2);
  // Five standard errors: the variance of z^k is 1, 2, 15, 96.
  for (const [power, expected, variance] of [
    [1, 0, 1],
    [2, 1, 2],
    [3, 0, 15],
    [4, 3, 96],
  ] as const) {
    const moment = meanOf(standard.map((z) => z ** power));
    t.ok(Math.abs(moment - expected) < 5 * Math.sqrt(variance / size), `moment ${power} is ${moment}`);
  }
  const products = standard.filter((_, i) => i % 2 === 0).map((z, i) => z * standard[2 * i + 1]!);
  t.ok(Math.abs(meanOf(products)) < 5 * Math.sqrt(2 / size));
  t.equal(outputsOf(randomNormalKernel, [counterOf(1)], [[7]], options)[0]!.length, 7);
  t.end();
});

t.test('the dropout mask is 0 with probability rate, else 1 / (1 - rate)', (t) => {
  const size = 20000;
  for (const rate of [0, 0.25, 0.5, 0.9]) {
    const mask = outputsOf(dropoutMaskKernel, [counterOf(2)], [[size]], { key, rate })[0]!;
    t.same(
      [...new Set(mask)].filter((value) => value !== 0),
      [Math.fround(1 / (1 - rate))],
    );
    const dropped = mask.filter((value) => value === 0).length / size;
    t.ok(Math.abs(dropped - rate) <= 5 * Math.sqrt((rate * (1 - rate)) / size), `rate ${rate} dropped ${dropped}`);
  }
  t.same(outputsOf(dropoutMaskKernel, [counterOf(2)], [[3]], { key, rate: 1 }), [[0, 0, 0]]);
  t.end();
});

t.test('hashKey tells seeds, texts and call indices apart and stays the same for ever', (t) => {
  const keys = new Set<string>();
  const seeds = [0, 1, -1, 2 ** 32, 2 ** 32 + 1, 2 ** 53 - 1];
  const texts = ['', '\0', 'a', 'a\0', 'ab', 'ba', 'abcd', 'abcde', 'abcd\0', 'dense/kernel', 'dense_1/kernel'];
  for (const seed of seeds) {
    for (const text of texts) {
      for (const index of [0, 1, 2]) {
        const words = hashKey(seed, text, index);
        t.ok(words.every((word) => Number.isInteger(word) && word >= 0 && word < 2 ** 32));
        keys.add(words.join());
      }
    }
  }
  t.equal(keys.size, seeds.length * texts.length * 3);
  t.same(hashKey(0, '', 0), [0x6b200159, 0x99ba4efe], 'the empty hash is one block of Threefry');
  t.end();
});

t.test('a permutation has each number once, and the same key gives it again', (t) => {
  for (const length of [0, 1, 2, 7, 1000]) {
    const order = permutation(length, key);
    t.same(
      [...order].sort((a, b) => a - b),
      [...order.keys()],
    );
    t.same(permutation(length, key), order);
  }
  t.end();
});

t.test('every order of four numbers comes equally often over many keys', (t) => {
  const draws = 24 * 400;
  const counts = new Map<string, number>();
  for (let index = 0; index < draws; index++) {
    const order = permutation(4, hashKey(7, 'order', index)).join();
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  t.equal(counts.size, 24);
  // Five deviations of a binomial count.
  const bound = 5 * Math.sqrt((draws / 24) * (1 - 1 / 24));
  for (const [order, count] of counts) t.ok(Math.abs(count - 400) < bound, `${order}: ${count} times`);
  t.end();
});
