/** Training in a worker is training here: the same bits of weights, optimizer, history and random numbers, then and later. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import t from 'tap';
import { killedAt, made, outcomeOf, undisturbed, type Outcome } from '../callbacks/interrupted.ts';
import { trainings } from '../callbacks/trainings.ts';

t.setTimeout(120_000);

const customObjects = new URL('./own-objects-child.js', import.meta.url);
/** Holds a function that no module can be asked for. */
const REFUSED = 'noisy';

/** Trained on generators, which the first fit ends. */
const ONCE: readonly string[] = ['endless', 'impatient'];

for (const [name, make] of Object.entries(trainings)) {
  if (name === REFUSED) continue;
  t.test(`${name}: fits here or in a worker end with the same bits`, async (t) => {
    const fits = async (...inWorker: readonly boolean[]): Promise<Outcome[]> => {
      const training = made(make);
      const outcomes: Outcome[] = [];
      for (const one of inWorker) {
        const history = await training.fit([], undefined, one && { customObjects });
        outcomes.push(await outcomeOf(training, history));
      }
      return outcomes;
    };
    if (ONCE.includes(name)) {
      t.strictSame(await fits(true), await fits(false));
      return;
    }
    const here = await fits(false, false);
    t.not(here[0]?.weights[0], here[1]?.weights[0], 'the second fit trains on');
    t.strictSame(await fits(true, false), here, 'first in a worker');
    t.strictSame(await fits(false, true), here, 'second in a worker');
  });
}

for (const name of ['statefulLstm', 'endless', 'averagedBatches']) {
  const make = trainings[name] as (typeof trainings)[string];
  t.test(
    `${name}: killed in a worker at a batch, in a validation and at an epoch's end, it goes on with the same bits`,
    async (t) => {
      const wanted = await undisturbed(make);
      t.strictSame(await killedAt(make, [1, 4], 1, { customObjects }), wanted, 'a backup at each batch');
      t.strictSame(await killedAt(make, [5], 'epoch', { customObjects }), wanted, 'a backup at each epoch');
    },
  );
}

t.test('a process whose program came as text trains in a worker', async (t) => {
  const program = `
    import * as gt from 'gradtape';
    const net = gt.sequential([gt.layers.dense(1, { inputShape: [1] })]);
    net.compile({ loss: 'mse' });
    await net.fit(gt.zeros([4, 1]), gt.zeros([4, 1]), { verbose: 0, worker: true });
    console.log('trained');`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program]);
  t.equal(stdout, 'trained\n');
});
