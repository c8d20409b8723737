/** The Sobol sequence: the numbers of SciPy, even in every dyadic piece, scrambled or not. */
import t from 'tap';
import { Random } from '../../../../src/tune/random.ts';
import { createStudy, samplers } from '../../../../src/tune/index.ts';
import { SobolAxis } from '../../../../src/tune/samplers/sobol/axis.ts';
import { SOBOL_AXES } from '../../../../src/tune/samplers/sobol/directions.ts';

const scrambled = (axis: number): SobolAxis => new SobolAxis(axis, new Random(3, 'test', axis));

t.test('without scrambling the points are those of SciPy', (t) => {
  const unscrambled = { integer: () => 0 } as unknown as Random;
  // qmc.Sobol(192, scramble=False), which goes through the points in the order of Gray codes: indices 100 and 1000.
  const expected = [
    [0, 152, 95],
    [1, 792, 165],
    [2, 712, 461],
    [17, 456, 443],
    [99, 952, 513],
    [191, 552, 477],
  ] as const;
  for (const [axis, first, second] of expected) {
    const numbers = new SobolAxis(axis, unscrambled);
    t.equal(Math.floor(numbers.at(100) * 1024), first, `axis ${axis}`);
    t.equal(Math.floor(numbers.at(1000) * 1024), second, `axis ${axis}`);
  }
  t.end();
});

t.test('on every axis each aligned run of 2^m indices has one point in each of 2^m pieces', (t) => {
  for (let axis = 0; axis < SOBOL_AXES; axis++) {
    const numbers = scrambled(axis);
    for (const [start, count] of [
      [0, 256],
      [256, 256],
      [96, 32],
      [1 << 20, 64],
    ] as const) {
      const pieces = new Set<number>();
      for (let i = 0; i < count; i++) pieces.add(Math.floor(numbers.at(start + i) * count));
      if (pieces.size !== count) t.fail(`axis ${axis}, from ${start}: ${pieces.size} of ${count} pieces`);
    }
  }
  t.end();
});

t.test('the first two axes have one point in every box of 2^-m, however the box is cut', (t) => {
  const [first, second] = [scrambled(0), scrambled(1)];
  const m = 8;
  for (let cuts = 0; cuts <= m; cuts++) {
    const boxes = new Set<number>();
    for (let i = 0; i < 1 << m; i++) {
      const column = Math.floor(first.at(i) * (1 << cuts));
      const row = Math.floor(second.at(i) * (1 << (m - cuts)));
      boxes.add(column * (1 << m) + row);
    }
    t.equal(boxes.size, 1 << m, `${1 << cuts} columns`);
  }
  t.end();
});

t.test('the sequence begins anywhere, on each axis', (t) => {
  const first = Array.from({ length: SOBOL_AXES }, (_, axis) => scrambled(axis).at(0));
  t.equal(new Set(first).size, SOBOL_AXES);
  // By chance a quarter has none of 192 once in 1e24 cases.
  for (const quarter of [0, 1, 2, 3])
    t.ok(
      first.some((place) => Math.floor(4 * place) === quarter),
      `${quarter}`,
    );
  t.end();
});

t.test('a study fills each branch evenly: the choice and what belongs to it', async (t) => {
  const study = await createStudy({ sampler: samplers.sobol({ seed: 5 }) });
  await study.optimize(
    (trial) => {
      const kind = trial.suggestCategorical('kind', ['a', 'b']);
      return trial.suggestFloat(kind === 'a' ? 'rate' : 'depth', 0, 1);
    },
    { trials: 64 },
  );
  for (const name of ['rate', 'depth']) {
    const values = study.trials.map(({ params }) => params[name] as number | undefined).filter((x) => x !== undefined);
    t.equal(values.length, 32, name);
    t.equal(new Set(values.map((x) => Math.floor(x * 32))).size, 32, `${name}: one in each 32nd`);
  }
});

t.test('parameters beyond the axes are random, and a bad seed is refused', async (t) => {
  const study = await createStudy({ sampler: samplers.sobol() });
  await study.optimize(
    (trial) => {
      let sum = 0;
      for (let i = 0; i < SOBOL_AXES + 3; i++) sum += trial.suggestFloat(`x${i}`, 0, 1);
      return sum;
    },
    { trials: 3 },
  );
  const last = study.trials.map(({ params }) => params[`x${SOBOL_AXES + 2}`]);
  t.equal(new Set(last).size, 3);
  t.throws(() => samplers.sobol({ seed: 0.5 }), /samplers.sobol: the seed is 0.5/);
});
