/** Files that real Keras 3 wrote are read here, compute the same and train on with the same losses. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { fromKeras, loadModel, loadWeights } from '../../src/keras/index.ts';
import { optimizers, type CompileModelOptions } from '../../src/index.ts';
import { modelFromJSON, type Model } from '../../src/training/models.ts';
import { root } from '../house/sources.ts';
import { fromArray, lossesOf, predictionsOf, type ExchangedArray } from './interop/exchange.ts';

interface Expected {
  readonly config: object | null;
  readonly inputs: readonly ExchangedArray[];
  readonly targets: readonly ExchangedArray[];
  readonly predictions: readonly ExchangedArray[];
  readonly losses: readonly number[];
}

/** Of the largest prediction, or of 1 where that is less. */
const PREDICTIONS = 1e-6;
/** Of the loss, or of 0.01 where that is less. */
const LOSSES = 1e-5;
const folder = join(root, 'test/keras/files');
const names = readdirSync(folder).filter((name) => !name.endsWith('.json'));

/** Of the models whose files have weights and the optimizer's state, and no more: as in make_files.py. */
const compilations: Readonly<Record<string, CompileModelOptions>> = {
  'nested.weights.h5': { optimizer: 'rmsprop', loss: 'mse' },
  sharded: { optimizer: optimizers.adamax({ learningRate: 0.01 }), loss: 'mse' },
};

async function modelOf(name: string, config: object | null): Promise<Model> {
  const path = join(folder, name);
  if (config === null) return statSync(path).isDirectory() ? loadModel(path) : fromKeras(readFileSync(path));
  const model = modelFromJSON(config);
  model.compile(compilations[name] ?? {});
  await loadWeights(model, name === 'sharded' ? join(path, 'nested.weights.json') : readFileSync(path));
  return model;
}

for (const name of names) {
  t.test(`${name} of real Keras predicts and trains on as there`, async (t) => {
    const expected = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as Expected;
    const model = await modelOf(name, expected.config);
    const inputs = expected.inputs.map(fromArray);
    const found = await predictionsOf(model, inputs);
    t.equal(found.length, expected.predictions.length, 'as many outputs');
    found.forEach(({ shape, data }, index) => {
      const wanted = expected.predictions[index] as ExchangedArray;
      t.strictSame(shape, wanted.shape, 'the shape of an output');
      const scale = wanted.data.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
      const apart = wanted.data.map((value, i) => Math.abs(value - (data[i] ?? NaN)) / scale);
      t.ok(apart.length > 0 && apart.every((one) => one <= PREDICTIONS), `predictions within ${PREDICTIONS}`, {
        apart,
      });
    });
    const losses = await lossesOf(model, inputs, expected.targets.map(fromArray), expected.losses.length);
    const apart = expected.losses.map(
      (loss, i) => Math.abs(loss - (losses[i] ?? NaN)) / Math.max(0.01, Math.abs(loss)),
    );
    t.ok(apart.length > 0 && apart.every((one) => one <= LOSSES), `losses within ${LOSSES}`, { apart });
  });
}

t.test('every kind of file is among them', (t) => {
  for (const kind of ['.keras', '.h5', '.weights.h5', 'unzipped', 'sharded'])
    t.ok(
      names.some((name) => name.endsWith(kind)),
      kind,
    );
  t.end();
});
