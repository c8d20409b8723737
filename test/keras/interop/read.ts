/** `node read.js FOLDER`: reads what real Keras wrote into the folder, and compares predictions and losses. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromKeras, loadWeights } from '../../../src/keras/index.ts';
import type { Model } from '../../../src/training/models.ts';
import { fromArray, lossesOf, predictionsOf, STEPS_AFTER, type Exchange } from './exchange.ts';

/** Of the largest prediction, or of 1 where that is less. */
const PREDICTIONS = 1e-6;
/** Of the loss, or of 0.01 where that is less: two computations in float32 part a little at each step. */
const LOSSES = 1e-5;

async function load(folder: string, name: string, format: string): Promise<Model> {
  if (format !== 'weights.h5') return fromKeras(readFileSync(join(folder, `${name}.real.${format}`)));
  const model = await fromKeras(readFileSync(join(folder, `${name}.init.keras`)));
  await loadWeights(model, readFileSync(join(folder, `${name}.real.weights.h5`)));
  return model;
}

const folder = process.argv[2] ?? '';
const cases = JSON.parse(readFileSync(join(folder, 'real.json'), 'utf8')) as Exchange[];
const worst = { predictions: 0, losses: 0 };
const failures: string[] = [];
let files = 0;
let trained = 0;
for (const { name, formats, inputs, targets, expected } of cases) {
  for (const format of formats) {
    const label = `${name}.${format}`;
    try {
      const model = await load(folder, name, format);
      const { predictions, losses } = expected[format] ?? { predictions: [], losses: [] };
      const given = inputs.map(fromArray);
      let difference = 0;
      (await predictionsOf(model, given)).forEach(({ data }, index) => {
        const wanted = predictions[index]?.data ?? [];
        const scale = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
        data.forEach((value, i) => {
          const apart = Math.abs(value - (wanted[i] ?? NaN)) / scale;
          if (!(apart <= difference)) difference = apart;
        });
      });
      if (!(difference <= PREDICTIONS)) failures.push(`${label}: predictions differ by ${difference}`);
      worst.predictions = Math.max(worst.predictions, difference);
      files++;
      if (losses.length === 0) continue;
      const found = await lossesOf(model, given, targets.map(fromArray), STEPS_AFTER);
      const apart = Math.max(
        ...losses.map((loss, index) => Math.abs((found[index] ?? NaN) - loss) / Math.max(0.01, Math.abs(loss))),
      );
      if (!(apart <= LOSSES)) failures.push(`${label}: losses differ by ${apart}`);
      worst.losses = Math.max(worst.losses, apart);
      trained++;
    } catch (error) {
      failures.push(`${label}: ${(error as Error).message}`);
    }
  }
}
for (const failure of failures) console.log(failure);
console.log(
  `real Keras -> gradtape: ${cases.length} models, ${files} files, ${trained} trained on for ${STEPS_AFTER} steps; worst difference of predictions ${worst.predictions.toExponential(1)}, of losses ${worst.losses.toExponential(1)}; ${failures.length} failures`,
);
process.exit(failures.length > 0 || files === 0 ? 1 : 0);
