import t from 'tap';
import { differenceLimit, relativeDifference } from '../../bench/timing/agreement.ts';
import { median } from '../../bench/timing/median.ts';
import { peakModule } from '../../bench/timing/peak.ts';
import { takeTurns } from '../../bench/timing/take-turns.ts';
import { webAssembly } from '../../src/wasm/index.ts';

t.test(
  'median: the middle number, whatever the order; of an even count the mean of the two in the middle',
  async (t) => {
    t.equal(median([9, 1, 5]), 5);
    t.equal(median([10, 1, 2, 4]), 3);
    t.equal(median([7]), 7);
    t.ok(Number.isNaN(median([])));
  },
);

t.test('relativeDifference: the largest difference in parts of the largest value', async (t) => {
  const reference = [Float32Array.of(1, -4), Float32Array.of(8)];
  t.equal(relativeDifference([Float32Array.of(1, -4), Float32Array.of(8)], reference), 0);
  t.equal(relativeDifference([Float32Array.of(1.5, -4), Float32Array.of(8)], reference), 0.125);
  t.equal(relativeDifference([Float32Array.of(1, -4), Float32Array.of(6)], reference), 0.25);
  t.equal(relativeDifference([Float32Array.of(1)], [Float32Array.of(0)]), Infinity);
});

t.test('relativeDifference: what cannot be compared differs without bounds', async (t) => {
  const reference = [Float32Array.of(1, 2)];
  t.equal(relativeDifference([], reference), Infinity, 'a result is missing');
  t.equal(relativeDifference([Float32Array.of(1)], reference), Infinity, 'a result is short');
  t.equal(relativeDifference([Float32Array.of(1, NaN)], reference), Infinity, 'a number is none');
});

t.test('differenceLimit: a rounding for each term of both sums', async (t) => {
  t.ok(differenceLimit(1) < 1.2e-6);
  t.equal(differenceLimit(1000) - differenceLimit(500), 1000 * 2 ** -24);
});

const contestant = (name: string, log: string[]): { run: () => void; turn: () => void } => ({
  run: () => void log.push(name),
  turn: () => void log.push(`turn ${name}`),
});

t.test('takeTurns: everyone warms up, then all run in every round, each behind another than before', async (t) => {
  const log: string[] = [];
  const timings = await takeTurns([contestant('a', log), contestant('b', log)], {
    rounds: 3,
    turn: 0,
    warmUp: 0,
    budget: Infinity,
    patience: Infinity,
  });
  const one = (name: string): string[] => [`turn ${name}`, name];
  const rounds = ['a', 'b', 'b', 'a', 'a', 'b'];
  t.same(log, ['turn a', 'a', 'a', 'turn b', 'b', 'b', ...rounds.flatMap(one)]);
  t.same(
    timings.map(({ turns }) => turns),
    [3, 3],
  );
});

t.test('takeTurns: a run that takes the whole budget is its own measurement, but not the first one', async (t) => {
  const log: string[] = [];
  const options = { rounds: 5, turn: 0, warmUp: 0, budget: -1, patience: Infinity };
  const timings = await takeTurns([contestant('slow', log)], options);
  t.same(log, ['turn slow', 'slow', 'slow']);
  t.equal(timings[0]?.turns, 1);
  t.ok((timings[0]?.milliseconds ?? NaN) >= 0);
});

t.test(
  'takeTurns: runs too short for a loop are timed by who was named for them, those of promises are not',
  async (t) => {
    const options = { rounds: 1, turn: 1, warmUp: 1, budget: Infinity, patience: Infinity, timeTiny: () => 42 };
    const [quick, pending] = await takeTurns([{ run: () => undefined }, { run: () => Promise.resolve() }], options);
    t.equal(quick?.milliseconds, 42);
    t.not(pending?.milliseconds, 42);
  },
);

t.test('takeTurns: nobody waits for a second run of what is slower than patience', async (t) => {
  const log: string[] = [];
  const options = { rounds: 5, turn: 0, warmUp: 0, budget: -1, patience: -1 };
  t.equal((await takeTurns([contestant('slow', log)], options))[0]?.turns, 1);
  t.same(log, ['turn slow', 'slow']);
});

t.test('takeTurns: a run that gives a promise is done when that is', async (t) => {
  let running = 0;
  let most = 0;
  const run = async (): Promise<void> => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setImmediate(resolve));
    running--;
  };
  await takeTurns([{ run }, { run }], { rounds: 2, turn: 0, warmUp: 0, budget: Infinity, patience: Infinity });
  t.equal(running, 0);
  t.equal(most, 1);
});

t.test('the loop of the peak computes: every lane tends to a fixed point of a / 2 + 1 / 4', async (t) => {
  const api = webAssembly();
  if (!api) throw new Error('the tests need WebAssembly');
  const { run } = new api.Instance(new api.Module(peakModule())).exports;
  t.equal(run?.(0), 0);
  t.equal(run?.(100), 12 * 0.5, 'twelve accumulators');
});
