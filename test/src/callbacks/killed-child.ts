/**
 * Run by killed-runs.ts: `killed-child.js TRAINING FOLDER` trains with backups in the folder, says when it begins and what
 * each batch is, and at the end writes what came out of it.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { loadWeights } from 'gradtape/keras';
import * as gt from 'gradtape/node';
import { outcomeOf } from './interrupted.ts';
import { trainings } from './trainings.ts';

const [name = '', folder = ''] = process.argv.slice(2);
const { callbacks } = gt;

// At once, whatever the event loop does: who kills counts them.
const say = (line: string): void => void writeSync(1, `${line}\n`);

gt.seed(7);
const make = trainings[name];
if (!make) throw new Error(`no training '${name}'`);
const training = make();
say('begins');
const history = await training.fit([
  callbacks.backupAndRestore(join(folder, 'backup'), { saveFreq: 2 }),
  callbacks.csvLogger(join(folder, 'out', 'log.csv')),
  callbacks.modelCheckpoint(join(folder, 'out', 'best.weights.h5'), {
    monitor: 'loss',
    saveBestOnly: true,
    saveWeightsOnly: true,
  }),
  callbacks.modelCheckpoint(join(folder, 'out', '{epoch:02d}-{batch}.weights.h5'), {
    saveFreq: 5,
    saveWeightsOnly: true,
  }),
  { onTrainBatchEnd: (batch) => say(`batch ${batch}`) },
]);
const outcome = await outcomeOf(training, history);
// Two HDF5 files of the same weights differ in the times that they note, so what counts is what is read from them.
const contents = async (file: string): Promise<unknown> => {
  const path = join(folder, 'out', file);
  if (file.endsWith('.csv')) return readFileSync(path, 'utf8');
  await loadWeights(training.net, path);
  const { weights, optimizer } = await outcomeOf(training, history);
  return createHash('sha256')
    .update(JSON.stringify([weights, optimizer]))
    .digest('hex');
};
const files: unknown[] = [];
for (const file of readdirSync(join(folder, 'out')).sort()) files.push([file, await contents(file)]);
const result = { ...outcome, files, backups: readdirSync(folder).includes('backup') };
writeFileSync(join(folder, 'result.tmp'), JSON.stringify(result));
renameSync(join(folder, 'result.tmp'), join(folder, 'result.json'));
