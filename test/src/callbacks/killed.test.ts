/** A training whose process is killed again and again ends with the bits, the files and the history of one left alone. */
import t from 'tap';
import { killedRun } from './killed-runs.ts';

/** Of one run: its batches give no room for many more. */
const KILLS = 4;
const seeds = process.env['GRADTAPE_DEEP'] === '1' ? [11, 12, 13, 14, 15] : [11];

t.setTimeout(1_200_000);

for (const training of ['mlp', 'cnn', 'lstm']) {
  for (const seed of seeds) {
    t.test(`${training}, killed ${KILLS} times, moments of seed ${seed}`, { timeout: 300_000 }, async (t) => {
      const run = await killedRun(training, KILLS, seed);
      t.strictSame(JSON.parse(run.killed), JSON.parse(run.undisturbed));
      t.equal(run.kills, KILLS, 'it was killed as often as it should be');
      // Had it begun anew each time, it would have trained more.
      t.comment(`${run.batches} batches for ${run.batchesNeeded}`);
      t.ok(run.batches < run.batchesNeeded + 4 * KILLS, `${run.batches} batches were trained for ${run.batchesNeeded}`);
    });
  }
}
