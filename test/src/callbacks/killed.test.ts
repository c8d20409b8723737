/** A training whose process is killed again and again ends with the bits, the files and the history of one left alone. */
import t from 'tap';
import { killedRun } from './killed-runs.ts';

const kills = process.env['GRADTAPE_DEEP'] === '1' ? 20 : 4;

t.setTimeout(600_000);

for (const training of ['mlp', 'cnn', 'lstm']) {
  t.test(`${training}, killed ${kills} times`, { timeout: 300_000 }, async (t) => {
    const run = await killedRun(training, kills, 11);
    t.strictSame(JSON.parse(run.killed), JSON.parse(run.undisturbed));
    t.equal(run.kills, kills, 'it was killed as often as it should be');
    // Had it begun anew each time, it would have trained more.
    t.comment(`${run.batches} batches for ${run.batchesNeeded}`);
    t.ok(run.batches < run.batchesNeeded + 4 * kills, `${run.batches} batches were trained for ${run.batchesNeeded}`);
  });
}
