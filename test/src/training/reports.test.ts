/** The reports of steps under way: added in the order of the steps, so many at once, and failures are told. */
import t from 'tap';
import { tensor, type Tensor } from '../../../src/index.ts';
import { Reports } from '../../../src/training/reports.ts';
import type { Meters } from '../../../src/training/steps.ts';

const delayed = (value: number, ms: number): Promise<Tensor> =>
  new Promise((resolve) => void setTimeout(() => resolve(tensor([value])), ms));

const record = (): { readonly meters: Meters; readonly seen: (readonly [number, number])[] } => {
  const seen: (readonly [number, number])[] = [];
  const update = (report: Tensor, batchSize: number): void => void seen.push([report.data[0] as number, batchSize]);
  return { meters: { update } as unknown as Meters, seen };
};

t.test('reports that come late are added in the order of their steps', async (t) => {
  const { meters, seen } = record();
  const reports = new Reports(meters, 4);
  for (const [step, delay] of [30, 5, 15, 0, 10, 0].entries()) await reports.add(delayed(step, delay), 8 + step);
  await reports.settle();
  t.same(seen, [
    [0, 8],
    [1, 9],
    [2, 10],
    [3, 11],
    [4, 12],
    [5, 13],
  ]);
});

t.test('so many steps are under way and no more; with one, each report is added before the next step', async (t) => {
  for (const most of [1, 2, 4]) {
    const { meters, seen } = record();
    const reports = new Reports(meters, most);
    let widest = 0;
    for (let step = 0; step < 8; step++) {
      widest = Math.max(widest, step + 1 - seen.length);
      await reports.add(delayed(step, 2), 1);
    }
    await reports.settle();
    t.equal(widest, most, `at most ${most}`);
    t.equal(seen.length, 8);
  }
});

t.test('a report that fails is told to whoever waits', async (t) => {
  const reports = new Reports(record().meters, 4);
  await reports.add(Promise.reject(new Error('the device is lost')), 1);
  await t.rejects(reports.settle(), /the device is lost/);
});
