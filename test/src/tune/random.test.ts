/** Random numbers of samplers: their moments, what they are drawn in proportion to, and what two streams share. */
import t from 'tap';
import { Random } from '../../../src/tune/random.ts';

const COUNT = 40_000;
/** So many standard deviations are exceeded by chance in 6e-7 of all cases; the seeds are fixed. */
const FAR = 5;

const draw = (count: number, next: () => number): number[] => Array.from({ length: count }, next);
const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

t.test('uniform numbers have the mean and the variance of the unit interval, and 53 bits', (t) => {
  const random = new Random(1, 'uniform', 0);
  const values = draw(COUNT, () => random.uniform());
  t.ok(values.every((value) => value >= 0 && value < 1));
  t.ok(values.every((value) => Number.isInteger(value * 2 ** 53)));
  t.ok(values.some((value) => !Number.isInteger(value * 2 ** 52)));
  t.ok(Math.abs(meanOf(values) - 1 / 2) < FAR * Math.sqrt(1 / 12 / COUNT));
  // Of (u - 1/2)^2 the mean is 1/12 and the variance 1/180.
  t.ok(Math.abs(meanOf(values.map((value) => (value - 1 / 2) ** 2)) - 1 / 12) < FAR * Math.sqrt(1 / 180 / COUNT));
  t.end();
});

t.test('normal numbers have mean 0 and variance 1, and tails', (t) => {
  const random = new Random(1, 'normal', 0);
  const values = draw(COUNT, () => random.normal());
  t.ok(Math.abs(meanOf(values)) < FAR / Math.sqrt(COUNT));
  // Of squares the variance is 2, of fourth powers 96 and the mean 3.
  t.ok(Math.abs(meanOf(values.map((value) => value ** 2)) - 1) < FAR * Math.sqrt(2 / COUNT));
  t.ok(Math.abs(meanOf(values.map((value) => value ** 4)) - 3) < FAR * Math.sqrt(96 / COUNT));
  t.end();
});

t.test('an index comes in proportion to its weight, one without weight never', (t) => {
  const random = new Random(1, 'weighted', 0);
  const weights = [3, 0, 1, 4, 0];
  const counts = weights.map(() => 0);
  for (let i = 0; i < COUNT; i++) counts[random.weighted(weights)]! += 1;
  for (const [index, weight] of weights.entries()) {
    const share = weight / 8;
    const far = FAR * Math.sqrt((share * (1 - share)) / COUNT);
    t.ok(Math.abs((counts[index] as number) / COUNT - share) <= far, `${index}: ${counts[index]}`);
  }
  t.end();
});

t.test('every order is as likely', (t) => {
  const random = new Random(1, 'shuffle', 0);
  const counts = new Map<string, number>();
  for (let i = 0; i < COUNT; i++) {
    const order = random.shuffle(['a', 'b', 'c', 'd']).join('');
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  t.equal(counts.size, 24);
  const share = 1 / 24;
  const far = FAR * Math.sqrt((share * (1 - share)) / COUNT);
  for (const [order, count] of counts) if (Math.abs(count / COUNT - share) > far) t.fail(`${order}: ${count}`);
  t.end();
});

t.test('the seed, the purpose and the index make the stream: another one of them makes another', (t) => {
  const first = (seed: number, purpose: string, index: number): string => {
    const random = new Random(seed, purpose, index);
    return draw(4, () => random.uniform()).join();
  };
  t.equal(first(1, 'a', 2), first(1, 'a', 2));
  t.equal(new Set([first(1, 'a', 2), first(2, 'a', 2), first(1, 'b', 2), first(1, 'a', 3)]).size, 4);
  t.end();
});
