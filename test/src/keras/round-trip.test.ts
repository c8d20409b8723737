/** What is saved and loaded is the same model: the same weights, predictions and further losses to the last bit. */
import t from 'tap';
import { fromKeras, loadWeights, toKeras, type KerasFormat } from '../../../src/keras/index.ts';
import { modelFromJSON, type Model } from '../../../src/training/models.ts';
import { interopCases } from '../../keras/interop/cases.ts';
import { inputsOf, lossesOf, predictionsOf, targetsFor } from '../../keras/interop/exchange.ts';

const STEPS = 3;

async function copyOf(model: Model, format: KerasFormat): Promise<Model> {
  const bytes = await toKeras(model, { format });
  if (format !== 'weights.h5') return fromKeras(bytes);
  const copy = modelFromJSON(model.toJSON());
  await loadWeights(copy, bytes);
  return copy;
}

const bitsOf = (values: readonly { readonly data: Float32Array }[]): number[][] =>
  values.map(({ data }) => [...new Int32Array(data.slice().buffer)]);

for (const { name, model, compile, formats } of interopCases()) {
  t.test(`${name} comes back from ${formats.join(', ')}`, async (t) => {
    const inputs = inputsOf(model);
    const targets = targetsFor(await predictionsOf(model, inputs));
    if (compile) {
      model.compile(compile);
      await lossesOf(model, inputs, targets, STEPS);
    }
    const copies = [];
    for (const format of formats) copies.push({ format, copy: await copyOf(model, format) });
    const predictions = bitsOf(await predictionsOf(model, inputs));
    const weights = bitsOf(await model.getWeights());
    const losses = compile ? await lossesOf(model, inputs, targets, STEPS) : [];
    for (const { format, copy } of copies) {
      t.strictSame(bitsOf(await copy.getWeights()), weights, `the weights of ${format}`);
      t.strictSame(bitsOf(await predictionsOf(copy, inputs)), predictions, `the predictions of ${format}`);
      if (format === 'weights.h5') continue;
      t.strictSame(copy.toJSON(), model.toJSON(), `the config of ${format}`);
      t.strictSame(copy.metricsNames, model.metricsNames, `the names of logs of ${format}`);
      if (compile)
        t.strictSame(await lossesOf(copy, inputs, targets, STEPS), losses, `the further losses of ${format}`);
    }
  });
}
