/** Lanes: how much overlaps, in which order results are told, and how everything ends at once. */
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { inLanes } from '../../../src/tune/lanes.ts';

/** Milliseconds that each item takes: later ones are sooner done. */
const TIMES = [30, 1, 15, 1, 1];

interface Seen {
  readonly begun: number[];
  readonly told: number[];
  most: number;
  running: number;
}

const newSeen = (): Seen => ({ begun: [], told: [], most: 0, running: 0 });

function run(seen: Seen, lanes: number, options: { readonly signal?: AbortSignal; readonly failsAt?: number } = {}) {
  return inLanes([0, 1, 2, 3, 4], {
    lanes,
    signals: [undefined, options.signal],
    run: async (item, signal) => {
      seen.begun.push(item);
      seen.most = Math.max(seen.most, ++seen.running);
      await sleep(TIMES[item], undefined, { signal }).catch(() => undefined);
      seen.running--;
      if (item === options.failsAt) throw new Error(`item ${item}`);
      return 10 * item;
    },
    ended: (result, index) => {
      t.equal(result, 10 * index);
      seen.told.push(index);
    },
  });
}

t.test('items begin in their order, so many at a time, and are told in their order', async (t) => {
  for (const lanes of [1, 2, 3, 9]) {
    const seen = newSeen();
    t.same(await run(seen, lanes), [0, 10, 20, 30, 40]);
    t.same(seen.begun, [0, 1, 2, 3, 4]);
    t.same(seen.told, [0, 1, 2, 3, 4]);
    t.equal(seen.most, Math.min(lanes, 5));
  }
});

t.test('after an error nothing begins or is told, and what runs is ended and awaited', async (t) => {
  const seen = newSeen();
  await t.rejects(run(seen, 2, { failsAt: 1 }), { message: 'item 1' });
  t.same(seen.begun, [0, 1]);
  t.same(seen.told, []);
  t.equal(seen.running, 0);
});

t.test('a signal ends all with its reason; one that came before lets nothing begin', async (t) => {
  const seen = newSeen();
  const controller = new AbortController();
  setTimeout(() => controller.abort(new Error('enough')), 5);
  await t.rejects(run(seen, 1, { signal: controller.signal }), { message: 'enough' });
  t.same([seen.begun, seen.running], [[0], 0]);
  const none = newSeen();
  await t.rejects(run(none, 3, { signal: AbortSignal.abort(new Error('before')) }), { message: 'before' });
  t.same(none.begun, []);
});

t.test('an error of who is told ends all, too', async (t) => {
  const begun: number[] = [];
  const ended = (_: unknown, index: number): void => {
    if (index === 1) throw new Error('told');
  };
  const told = inLanes([0, 1, 2, 3], { lanes: 1, signals: [], run: async (item) => begun.push(item), ended });
  await t.rejects(told, { message: 'told' });
  t.same(begun, [0, 1]);
});
