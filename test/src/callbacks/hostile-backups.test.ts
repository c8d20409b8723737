/** A backup whose seal is intact and whose state is not what a run leaves: fit refuses it or trains, and nothing else. */
import * as gt from 'gradtape';
import t from 'tap';
import { openSealed, sealBytes } from '../../../src/io/sealed-bytes.ts';
import { readState, writeState } from '../../../src/io/state-bytes.ts';
import type { StateValue } from '../../../src/tensor/state-value.ts';
import { mutatedBytes, seededDraw, type Draw } from '../../support/mutated-bytes.ts';
import { captured } from './fake-model.ts';
import { memory } from './interrupted.ts';

const { layers, callbacks, ops } = gt;

t.setTimeout(3_600_000);
const count = process.env['GRADTAPE_DEEP'] === '1' ? 20_000 : 400;

const x = ops.randomNormal([8, 3, 2], { seed: 1 });
const y = ops.sum(x, { axis: [1, 2] });

/** Random counters, states of a recurrent layer, slots, and callbacks that have a state. */
const run = async (store: gt.callbacks.BackupAndRestoreOptions, epochs: number): Promise<gt.Model> => {
  gt.seed(7);
  const start = gt.input([3, 2], { batchSize: 4 });
  const h = layers.dropout(0.2)(layers.simpleRnn(2, { stateful: true })(start));
  const net = gt.model(start, layers.dense(1)(h)) as gt.Model;
  net.compile({ optimizer: 'adam', loss: 'mse', metrics: ['mae'] });
  await net.fit(x, y, {
    verbose: 0,
    epochs,
    batchSize: 4,
    callbacks: [
      callbacks.backupAndRestore('run', { ...store, saveFreq: 1 }),
      callbacks.earlyStopping({ monitor: 'loss', patience: 3, restoreBestWeights: true }),
      callbacks.reduceLROnPlateau({ monitor: 'loss' }),
      callbacks.csvLogger('log.csv', { sink: () => undefined }),
    ],
  });
  return net;
};

const intact = async (): Promise<Uint8Array> => {
  const saves: Uint8Array[] = [];
  await run({ sink: (_name, bytes) => void saves.push(bytes.slice()), source: () => undefined }, 3);
  // Within the second epoch.
  return saves[2] as Uint8Array;
};

/** What a field may become. */
const replacements = (draw: Draw): StateValue =>
  [
    null,
    true,
    -1,
    0,
    1,
    0.5,
    NaN,
    Infinity,
    2 ** 24,
    2 ** 31,
    2 ** 53,
    -(2 ** 40),
    '',
    'loss',
    '__proto__',
    [],
    [1, 2],
    ['a'],
    {},
    { callback: 'history' },
    gt.tensor([]),
    gt.tensor([NaN, -1]),
    gt.full([2], 2 ** 30),
    gt.full([2, 2], 1),
  ][draw(24)] as StateValue;

const isBranch = (value: StateValue | undefined): value is readonly StateValue[] | Record<string, StateValue> =>
  typeof value === 'object' && value !== null && !(value instanceof gt.Tensor) && Object.keys(value).length > 0;

/** The state with one field replaced, left out, or doubled, at any depth; `path` gets what was done. */
const changed = (state: StateValue, draw: Draw, path: string[]): StateValue => {
  if (!isBranch(state)) {
    if (state instanceof gt.Tensor && draw(2) === 0) {
      path.push('numbers');
      return new gt.Tensor(
        state.shape,
        state.data.map(() => [NaN, Infinity, -1, 0.5, 2 ** 24, -(2 ** 31)][draw(6)] ?? 0),
      );
    }
    return replacements(draw);
  }
  const keys = Object.keys(state);
  const key = keys[draw(keys.length)] as string;
  path.push(key);
  const fields = state as Record<string, StateValue>;
  const inner = draw(6) === 0 ? replacements(draw) : changed(fields[key] as StateValue, draw, path);
  if (Array.isArray(state)) {
    const list = [...(state as readonly StateValue[])];
    const at = Number(key);
    if (draw(8) === 0) list.splice(at, 1, ...(draw(2) === 0 ? [] : [inner, inner]));
    else list[at] = inner;
    return list;
  }
  return { ...fields, [key]: draw(10) === 0 ? undefined : inner } as StateValue;
};

t.test(`a state with a changed field, ${count} times`, { timeout: 1_800_000 }, async (t) => {
  const state = readState(openSealed(await intact(), 'run'), 'run');
  let refused = 0;
  for (let seed = 0; seed < count; seed++) {
    const path: string[] = [];
    const bytes = sealBytes(writeState(changed(state, seededDraw(seed), path)), 1);
    const { files, store } = memory();
    files.set('run', bytes);
    await captured(async () => {
      try {
        await run(store, 2);
      } catch (error) {
        if (!(error instanceof gt.GradtapeError)) throw new Error(`seed ${seed}: ${path.join('.')}`, { cause: error });
        refused++;
      }
    });
  }
  t.comment(`${refused} of ${count} refused`);
  t.ok(refused > count / 3);
  t.equal(({} as { polluted?: unknown }).polluted, undefined);
});

t.test(`mutated bytes under an intact seal, ${count} times`, { timeout: 1_800_000 }, async (t) => {
  const inner = openSealed(await intact(), 'run').slice();
  let refused = 0;
  for (let seed = 0; seed < count; seed++) {
    const { bytes, kinds } = mutatedBytes(inner, seed);
    const { files, store } = memory();
    files.set('run', sealBytes(bytes, 1));
    await captured(async () => {
      try {
        await run(store, 2);
      } catch (error) {
        if (!(error instanceof gt.GradtapeError))
          throw new Error(`seed ${seed}: ${kinds.join(', ')}`, { cause: error });
        refused++;
      }
    });
  }
  t.comment(`${refused} of ${count} refused`);
  t.ok(refused > count / 3);
});
