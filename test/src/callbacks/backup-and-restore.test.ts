/** A run that is killed and started again ends with the bits of one that was left alone. */
import t from 'tap';
import { captured } from './fake-model.ts';
import { killedAt, ticksOf, undisturbed } from './interrupted.ts';
import { trainings } from './trainings.ts';

const deep = process.env['GRADTAPE_DEEP'] === '1';

t.setTimeout(900_000);

for (const [name, make] of Object.entries(trainings)) {
  t.test(`${name}: killed at any batch, it ends as if it never was`, { timeout: 300_000 }, async (t) => {
    // One of them has an epoch that its data are too few for, which is a warning each time.
    await captured(async () => {
      const wanted = await undisturbed(make);
      const ticks = await ticksOf(make);
      t.ok(ticks > 8, `${ticks} places to be killed at`);
      for (const [saveFreq, stride] of [
        [1, 2],
        [3, 5],
        ['epoch', 7],
      ] as const) {
        for (let at = 0; at < ticks; at += deep ? 1 : stride)
          t.strictSame(await killedAt(make, [at], saveFreq), wanted, `saveFreq ${saveFreq}, killed at ${at}`);
      }
      t.strictSame(await killedAt(make, [5, 4, 0, 7, 1], 1), wanted, 'killed again and again');
    });
  });
}
