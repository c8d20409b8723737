/** csvLogger and modelCheckpoint write files in Node: folders are made, or refused before the first batch. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as gt from 'gradtape/node';
import t from 'tap';
import { loadModel } from '../../../src/keras/index.ts';

const { layers, callbacks } = gt;

const x = gt.ops.randomNormal([8, 3], { seed: 1 });
const y = gt.ops.sum(x, { axis: 1, keepDims: true });
const fit = (more: readonly gt.Callback[], epochs = 2): Promise<gt.History> => {
  gt.seed(1);
  const net = gt.sequential([layers.dense(1, { inputShape: [3] })]);
  net.compile({ optimizer: 'sgd', loss: 'mse' });
  return net.fit(x, y, { verbose: 0, epochs, validationSplit: 0.5, callbacks: more });
};

t.test('models stand where the template says, whole and readable, and nothing else does', async (t) => {
  const folder = t.testdir();
  const { history } = await fit([
    callbacks.modelCheckpoint(join(folder, 'models', '{epoch}', '{val_loss:.4f}.keras')),
    callbacks.modelCheckpoint(join(folder, 'best.h5'), { saveBestOnly: true }),
  ]);
  const names = (history['val_loss'] ?? []).map((loss) => `${loss.toFixed(4)}.keras`);
  t.strictSame(readdirSync(folder).sort(), ['best.h5', 'models']);
  t.strictSame(readdirSync(join(folder, 'models')).sort(), ['1', '2']);
  t.strictSame([1, 2].map((epoch) => readdirSync(join(folder, 'models', String(epoch)))[0]), names); // prettier-ignore
  const best = await loadModel(join(folder, 'best.h5'));
  const heldOut = [gt.ops.slice(x, [4, 0], [4, 3]), gt.ops.slice(y, [4, 0], [4, 1])] as const;
  t.equal(await best.evaluate(...heldOut, { verbose: 0 }), Math.min(...(history['val_loss'] ?? [])));
});

t.test('a table is a file that grows row by row; a new fit begins it anew, or appends', async (t) => {
  const folder = t.testdir();
  const path = join(folder, 'logs', 'log.csv');
  const rows = (): string[] => readFileSync(path, 'utf8').split('\r\n');
  const lengths: number[] = [];
  const counter: gt.Callback = { onEpochEnd: () => void lengths.push(rows().length) };
  const { history } = await fit([callbacks.csvLogger(path), counter]);
  t.strictSame(lengths, [3, 4], 'each row is there when its epoch ends');
  t.equal(rows()[0], 'epoch,loss,val_loss');
  t.equal(Number(rows()[2]?.split(',')[1]), history['loss']?.[1]);
  await fit([callbacks.csvLogger(path, { append: true })], 1);
  t.strictSame(rows().map((row) => row.charAt(0)), ['e', '0', '1', '0', '']); // prettier-ignore
  await fit([callbacks.csvLogger(path, { separator: ';' })], 1);
  t.equal(rows().length, 3);
  t.equal(rows()[0], 'epoch;loss;val_loss');
});

t.test('a table of an interrupted run has the rows of its backup, not those that came after', async (t) => {
  const folder = t.testdir();
  const path = join(folder, 'log.csv');
  // Added to what another training wrote.
  await fit([callbacks.csvLogger(path)], 1);
  const first = readFileSync(path, 'utf8');
  const append = true;
  const run = (kill: boolean): Promise<gt.History> =>
    fit(
      [
        callbacks.backupAndRestore(join(folder, 'backup'), { saveFreq: 1 }),
        callbacks.csvLogger(path, { append }),
        {
          onEpochEnd(epoch) {
            // Its row is written, but the backup is from before.
            if (kill && epoch === 1) throw new Error('killed');
          },
        },
      ],
      3,
    );
  await t.rejects(run(true), { message: 'killed' });
  t.equal(readFileSync(path, 'utf8').split('\r\n').length, 5);
  await run(false);
  const interrupted = readFileSync(path, 'utf8');
  writeFileSync(path, first);
  await fit([callbacks.csvLogger(path, { append })], 3);
  t.equal(interrupted, readFileSync(path, 'utf8'));
});

t.test('what cannot be written ends fit before the first batch, and names the path', async (t) => {
  const folder = t.testdir({ file: 'no folder' });
  let batches = 0;
  const counter: gt.Callback = { onTrainBatchBegin: () => void batches++ };
  for (const callback of [
    callbacks.modelCheckpoint(join(folder, 'file', '{epoch}', 'a.keras')),
    callbacks.modelCheckpoint(join(folder, 'file', 'a-{epoch}.keras')),
    callbacks.csvLogger(join(folder, 'file', 'log.csv')),
    callbacks.csvLogger(folder),
  ])
    await t.rejects(fit([callback, counter]), { name: 'FileError', message: /failed: .*(ENOTDIR|EEXIST|EISDIR)/ });
  t.equal(batches, 0);
});

t.test('a sink of one’s own takes the place of files', async (t) => {
  const folder = t.testdir();
  const names: string[] = [];
  const sink = (name: string): void => void names.push(name);
  await fit([callbacks.csvLogger(join(folder, 'a.csv'), { sink }), callbacks.modelCheckpoint(join(folder, 'a.h5'), { sink })], 1); // prettier-ignore
  t.strictSame(names, [join(folder, 'a.csv'), join(folder, 'a.h5')]);
  t.notOk(existsSync(join(folder, 'a.csv')));
});

t.test('a folder that stands where a file should is told at the end of the epoch', async (t) => {
  const folder = t.testdir({ 'model.keras': {} });
  writeFileSync(join(folder, 'model.keras', 'inside'), '');
  await t.rejects(fit([callbacks.modelCheckpoint(join(folder, 'model.keras'))]), {
    name: 'FileError',
    message: /model\.keras: renaming the temporary file failed/,
  });
  t.strictSame(readdirSync(folder), ['model.keras'], 'no temporary file is left');
});
