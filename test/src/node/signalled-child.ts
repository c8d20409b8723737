/**
 * Run by backup-and-restore.test.ts: `signalled-child.js FOLDER [listen]` trains with backups that signals ask for, and
 * writes what came out of it. With `listen` it has a listener of its own, after which it goes on.
 */
import { writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import * as gt from 'gradtape/node';
import { outcomeOf } from '../callbacks/interrupted.ts';
import { trainings } from '../callbacks/trainings.ts';

const [folder = '', listen] = process.argv.slice(2);
const say = (line: string): void => void writeSync(1, `${line}\n`);

gt.seed(7);
const training = trainings['mlp']?.();
if (!training) throw new Error('no training');
if (listen) process.on('SIGTERM', () => say('heard'));
// Slow enough that a signal comes in the middle.
const before = process.listenerCount('SIGINT');
const slow = new Promise((resolve) => setTimeout(resolve, 50));
const history = await training.fit([
  gt.callbacks.backupAndRestore(join(folder, 'backup'), {
    saveFreq: 1_000_000,
    signals: ['SIGINT', 'SIGTERM'],
    verbose: 1,
  }),
  {
    async onTrainBatchEnd(batch) {
      say(`batch ${batch}`);
      await slow;
      await new Promise((resolve) => setTimeout(resolve, 30));
    },
  },
]);
writeFileSync(join(folder, 'result.json'), JSON.stringify(await outcomeOf(training, history)));
say(`listeners ${process.listenerCount('SIGINT') - before}`);
