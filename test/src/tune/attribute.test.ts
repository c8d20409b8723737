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

t.test('what is kept is a copy, and what a file would give back', async (t) => {
  const path = join(t.testdir(), 'study.journal');
  const study = await createStudy({ storage: path });
  const trial = await study.ask();
  const list: JsonValue[] = [1, NaN, { day: new Date(0) as unknown as JsonValue, none: undefined as unknown as null }];
  trial.setUserAttribute('list', list);
  await study.setUserAttribute('list', list);
  await study.enqueueTrial({ x: 1 }, { userAttributes: { list } });
  list.push(2);
  const kept = [1, NaN, { day: '1970-01-01T00:00:00.000Z' }];
  t.same([trial, study, study.trials[1]].map((one) => one?.userAttributes['list']), [kept, kept, kept]); // prettier-ignore
  await study.tell(trial, 1);
  const again = await createStudy({ storage: path });
  t.same([again.trials[0], again, again.trials[1]].map((one) => one?.userAttributes['list']), [kept, kept, kept]); // prettier-ignore
});

t.test('a name that is none is refused', async (t) => {
  const study = await createStudy();
  const trial = await study.ask();
  for (const name of [5, '', undefined, 'x'.repeat(10_001)] as string[]) {
    await t.rejects(study.setUserAttribute(name, 1), {
      name: 'ArgumentError',
      message: /study.setUserAttribute: the name/,
    });
    t.throws(() => trial.setUserAttribute(name, 1), { name: 'ArgumentError', message: /setUserAttribute: the name/ });
    t.throws(() => trial.suggestFloat(name, 0, 1), { name: 'ArgumentError', message: /suggestFloat: the name/ });
  }
  t.throws(() => trial.suggestCategorical('c', ['x'.repeat(1_000_000)]), /1000008 characters as JSON/);
});
