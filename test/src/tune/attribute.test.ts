/** What cannot be kept is refused where it is given, before a journal would refuse it. */
import { join } from 'node:path';
import t from 'tap';
import { createStudy, type JsonValue } from '../../../src/tune/index.ts';

const nested = (depth: number): JsonValue => (depth === 0 ? 1 : [nested(depth - 1)]);

t.test('the largest and the deepest that are taken can be kept in a file and read', async (t) => {
  const path = join(t.testdir(), 'study.journal');
  const study = await createStudy({ storage: path });
  const trial = await study.ask();
  const values = [nested(62), '語'.repeat(1_999_998), Array(100_000).fill(0) as JsonValue] as const;
  for (const [index, value] of values.entries()) trial.setUserAttribute(`a${index}`, value);
  await study.tell(trial, 1);
  const { userAttributes } = (await createStudy({ storage: path })).bestTrial;
  t.strictSame(Object.values(userAttributes), values);
});

t.test('more is refused, by trials and by studies, and a study goes on', async (t) => {
  const study = await createStudy({ storage: join(t.testdir(), 'study.journal') });
  const trial = await study.ask();
  const circle: unknown[] = [];
  circle.push(circle);
  for (const [value, message] of [
    [nested(63), /nested too deep/],
    ['x'.repeat(1_999_999), /2000001 characters as JSON, and 2000000 is the most/],
    [Array(300_000).fill(0), /too many parts/],
    [undefined, /JSON cannot hold undefined/],
    [circle, /JSON cannot hold an array of 1/],
  ] as const) {
    t.throws(() => trial.setUserAttribute('a', value as JsonValue), { name: 'ArgumentError', message });
    await t.rejects(study.setUserAttribute('a', value as JsonValue), { name: 'ArgumentError', message });
  }
  t.throws(() => trial.setUserAttribute('a'.repeat(10_001), 1), { message: /name has 10001 characters/ });
  t.throws(() => trial.setUserAttribute('a', Array(230_000).fill(-Infinity) as JsonValue), { message: /2300001 char/ });
  t.equal((await study.tell(trial, 1)).state, 'complete');
});

t.test('a list as long as is taken can be written: what stands around it is counted', async (t) => {
  const study = await createStudy({ storage: join(t.testdir(), 'study.journal') });
  const trial = await study.ask();
  let [taken, refused] = [200_000, 300_000];
  while (refused - taken > 1) {
    const middle = Math.floor((taken + refused) / 2);
    const other = await (await createStudy()).ask();
    try {
      other.setUserAttribute('a', Array(middle).fill(0) as JsonValue);
      taken = middle;
    } catch {
      refused = middle;
    }
  }
  trial.setUserAttribute('a', Array(taken).fill(0) as JsonValue);
  t.equal((await study.tell(trial, 1)).state, 'complete');
});
