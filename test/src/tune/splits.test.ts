/** Splits of samples: scikit-learn's fixed rules, and what holds for every seed. `test/sklearn/run.sh` makes the fixture. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import {
  groupKFold,
  kFold,
  stratifiedGroupKFold,
  stratifiedKFold,
  timeSeriesSplit,
  type Split,
} from '../../../src/tune/index.ts';
import { root } from '../../house/sources.ts';

interface SplitCase {
  readonly kind: 'kFold' | 'stratifiedKFold' | 'groupKFold' | 'stratifiedGroupKFold' | 'timeSeriesSplit';
  readonly k: number;
  readonly length: number;
  readonly labels: readonly number[];
  readonly groups: readonly number[];
  readonly n_splits: number;
  readonly gap?: number;
  readonly test_size?: number;
  readonly max_train_size?: number;
  readonly splits: readonly { readonly train: readonly number[]; readonly test: readonly number[] }[];
}

const made = (one: SplitCase): Split[] => {
  const options = { k: one.k, shuffle: false };
  switch (one.kind) {
    case 'kFold':
      return kFold(one.length, options);
    case 'stratifiedKFold':
      return stratifiedKFold(one.labels, options);
    case 'groupKFold':
      return groupKFold(one.groups, options);
    case 'stratifiedGroupKFold':
      return stratifiedGroupKFold(one.labels, one.groups, options);
    case 'timeSeriesSplit':
      return timeSeriesSplit(one.length, {
        k: one.n_splits,
        ...(one.gap === undefined ? {} : { gap: one.gap }),
        ...(one.test_size === undefined ? {} : { testSize: one.test_size }),
        ...(one.max_train_size === undefined ? {} : { maxTrainSize: one.max_train_size }),
      });
  }
};

t.test('without a shuffle the splits are those of scikit-learn', (t) => {
  t.capture(console, 'warn', () => undefined);
  const cases = JSON.parse(readFileSync(join(root, 'test/sklearn/splits.json'), 'utf8')) as readonly SplitCase[];
  for (const [index, one] of cases.entries()) {
    const found = made(one).map(({ train, test }) => ({ train: [...train], test: [...test] }));
    t.same(found, one.splits, `${one.kind} ${index}`);
  }
  t.equal(cases.length, 23);
  t.end();
});

const seeds = fc.integer({ min: -1000, max: 1000 });

/** Each sample is tested once in each repeat, and trained on where it is not tested. */
const partitions = (splits: readonly Split[], k: number, length: number): boolean => {
  for (let from = 0; from < splits.length; from += k) {
    const tested = splits.slice(from, from + k).flatMap(({ test }) => [...test]);
    if (tested.sort((a, b) => a - b).join() !== Array.from({ length }, (_, i) => i).join()) return false;
  }
  return splits.every(({ train, test }) => {
    const both = new Set([...train, ...test]);
    return both.size === length && train.length + test.length === length && test.length > 0;
  });
};

t.test('kFold: folds of equal size, each sample tested once in each repeat, other ones for other seeds', (t) => {
  const lengths = fc.tuple(fc.integer({ min: 2, max: 8 }), fc.integer({ min: 8, max: 60 }), seeds);
  fc.assert(
    fc.property(lengths, ([k, length, seed]) => {
      const splits = kFold(length, { k, seed, repeats: 2 });
      const sizes = splits.map(({ test }) => test.length);
      return partitions(splits, k, length) && Math.max(...sizes) - Math.min(...sizes) <= 1 && splits.length === 2 * k;
    }),
  );
  t.same(kFold(40, { seed: 1 }), kFold(40, { seed: 1 }));
  t.notSame(kFold(40, { seed: 1 }), kFold(40, { seed: 2 }));
  const repeated = kFold(40, { repeats: 2 });
  t.notSame(repeated.slice(0, 5), repeated.slice(5));
  t.same(repeated.slice(0, 5), kFold(40));
  t.end();
});

t.test('stratifiedKFold: every fold has its share of every class', (t) => {
  const labels = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 5, maxLength: 60 });
  t.capture(console, 'warn', () => undefined);
  fc.assert(
    fc.property(labels, fc.integer({ min: 2, max: 5 }), seeds, (given, k, seed) => {
      const counts = ['a', 'b', 'c'].map((one) => given.filter((label) => label === one).length);
      fc.pre(Math.max(...counts) >= k);
      const splits = stratifiedKFold(given, { k, seed });
      return (
        partitions(splits, k, given.length) &&
        splits.every(({ test }) =>
          ['a', 'b', 'c'].every((one, index) => {
            const share = (counts[index] ?? 0) / k;
            return Math.abs([...test].filter((at) => given[at] === one).length - share) < 1;
          }),
        )
      );
    }),
  );
  const classes = [0, 1, 1, 0, 2, 2, 1, 0, 2, 1];
  const hot = classes.map((label) => [0, 1, 2].map((one) => (one === label ? 1 : 0)));
  t.same(stratifiedKFold(hot, { k: 3 }), stratifiedKFold(classes, { k: 3 }), 'one-hot rows are classes');
  const many = Array.from({ length: 40 }, (_, i) => i % 2);
  t.notSame(stratifiedKFold(many, { seed: 1 }), stratifiedKFold(many, { seed: 2 }));
  const repeated = stratifiedKFold(many, { repeats: 2 });
  t.notSame(repeated.slice(0, 5), repeated.slice(5));
  t.end();
});

const partsNoGroup = (splits: readonly Split[], groups: readonly unknown[]): boolean =>
  splits.every(({ train, test }) => {
    const tested = new Set([...test].map((at) => groups[at]));
    return [...train].every((at) => !tested.has(groups[at]));
  });

t.test('groupKFold: no group is parted', (t) => {
  const groups = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 4, maxLength: 60 });
  fc.assert(
    fc.property(groups, fc.integer({ min: 2, max: 4 }), seeds, fc.boolean(), (given, k, seed, shuffle) => {
      fc.pre(new Set(given).size >= k);
      const splits = groupKFold(given, { k, seed, shuffle });
      return partitions(splits, k, given.length) && partsNoGroup(splits, given);
    }),
  );
  t.end();
});

t.test('stratifiedGroupKFold: no group is parted, no fold is empty, and other seeds give other folds', (t) => {
  t.capture(console, 'warn', () => undefined);
  const samples = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: 0, max: 9 })), {
    minLength: 4,
    maxLength: 60,
  });
  fc.assert(
    fc.property(samples, fc.integer({ min: 2, max: 4 }), seeds, (given, k, seed) => {
      const [labels, groups] = [given.map(([label]) => label), given.map(([, group]) => group)];
      const largest = Math.max(...['a', 'b', 'c'].map((one) => labels.filter((label) => label === one).length));
      fc.pre(new Set(groups).size >= k && largest >= k);
      const splits = stratifiedGroupKFold(labels, groups, { k, seed, repeats: 2 });
      return splits.length === 2 * k && partitions(splits, k, given.length) && partsNoGroup(splits, groups);
    }),
  );
  const labels = Array.from({ length: 40 }, (_, index) => index % 2);
  const groups = labels.map((_, index) => `patient ${index >> 1}`);
  t.same(stratifiedGroupKFold(labels, groups, { seed: 1 }), stratifiedGroupKFold(labels, groups, { seed: 1 }));
  t.notSame(stratifiedGroupKFold(labels, groups, { seed: 1 }), stratifiedGroupKFold(labels, groups, { seed: 2 }));
  const repeated = stratifiedGroupKFold(labels, groups, { repeats: 2 });
  t.notSame(repeated.slice(0, 5), repeated.slice(5));
  t.same(repeated.slice(0, 5), stratifiedGroupKFold(labels, groups));
  const hot = labels.map((label) => [0, 1].map((one) => (one === label ? 1 : 0)));
  t.same(stratifiedGroupKFold(hot, groups), stratifiedGroupKFold(labels, groups), 'one-hot rows are classes');
  t.end();
});

t.test('stratifiedGroupKFold: where every group is one sample, every fold has its share of every class', (t) => {
  const labels = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 5, maxLength: 60 });
  t.capture(console, 'warn', () => undefined);
  fc.assert(
    fc.property(labels, fc.integer({ min: 2, max: 5 }), seeds, (given, k, seed) => {
      const counts = ['a', 'b', 'c'].map((one) => given.filter((label) => label === one).length);
      fc.pre(Math.max(...counts) >= k);
      const splits = stratifiedGroupKFold(given, [...given.keys()], { k, seed });
      return splits.every(({ test }) =>
        ['a', 'b', 'c'].every((one, index) => {
          const share = (counts[index] ?? 0) / k;
          return Math.abs([...test].filter((at) => given[at] === one).length - share) < 1;
        }),
      );
    }),
  );
  t.end();
});

t.test('what cannot be split is refused with the way out', (t) => {
  const refused: readonly (readonly [() => unknown, RegExp])[] = [
    [() => kFold(1), /kFold: the number of samples is 1/],
    [() => kFold(10, { k: 1 }), /kFold: k is 1\. Give an integer of at least 2/],
    [() => kFold(4), /k is 5\. There are 4 samples/],
    [() => kFold(10, { seed: 0.5 }), /the seed is 0\.5/],
    [() => kFold(10, { repeats: 2, shuffle: false }), /Without it all repeats are alike/],
    [() => kFold(10, { shuffle: 1 as never }), /shuffle is 1\. Give true or false/],
    [() => stratifiedKFold([0.1, 0.2, 0.3, 0.4], { k: 2 }), /none of the 4 classes has 2 samples/],
    [() => stratifiedKFold(Float64Array.from({ length: 200_000 }, (_, index) => index)), /none of the 200000 classes/],
    [() => stratifiedKFold([[1, 2], [3, 4]], { k: 2 }), /the labels are of shape \[2, 2\]\. Give one label per sample/],
    [() => stratifiedKFold(7 as never, { k: 2 }), /the labels/],
    [() => groupKFold(['a', 'b', 'a'], { k: 3 }), /k is 3\. There are 2 groups/],
    [() => stratifiedGroupKFold(['a', 'a', 'b'], [1, 2, 1], { k: 3 }), /stratifiedGroupKFold: k is 3\. There are 2 groups/],
    [() => stratifiedGroupKFold(['a', 'b', 'c'], [1, 2, 3], { k: 2 }), /none of the 3 classes has 2 samples, the largest has 1/],
    [() => stratifiedGroupKFold(['a', 'b', 'a'], [1, 2]), /groups of 2 samples and labels of 3\. Give a group and a label/],
    [() => stratifiedGroupKFold([1], [1]), /the number of samples is 1/],
    [() => stratifiedGroupKFold([1, 1], undefined as never), /stratifiedGroupKFold: the groups/],
    [() => stratifiedGroupKFold([1, 1], [[1, 2], [3, 4]]), /the groups are of shape \[2, 2\]/],
    [() => stratifiedGroupKFold([1, 1], [1, 2], { k: 2, repeats: 2, shuffle: false }), /Without it all repeats are alike/],
    [() => timeSeriesSplit(5, { k: 5 }), /leave none of 5 to train on/],
    [() => timeSeriesSplit(12, { k: 3, gap: 3 }), /a gap of 3 leave none of 12/],
    [() => timeSeriesSplit(12, { testSize: 0 }), /testSize is 0/],
  ]; // prettier-ignore
  for (const [act, message] of refused) t.throws(act, { message });
  let warned = '';
  t.intercept(console, 'warn', { value: (text: string) => void (warned = text) });
  stratifiedKFold(['a', 'a', 'a', 'b'], { k: 3 });
  t.match(warned, /the class 'b' has 1 samples/);
  stratifiedGroupKFold(['a', 'a', 'b', 'b'], [0, 1, 2, 2], { k: 2 });
  t.match(warned, /stratifiedGroupKFold: the class 'b' has 1 groups; some of the 2 folds have none of it/);
  t.end();
});
