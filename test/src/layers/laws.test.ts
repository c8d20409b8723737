/** The laws that every layer obeys, derived from its rows in rows.ts. A layer without a row fails. */
import t, { type Test } from 'tap';
import { GradtapeError } from '../../../src/errors.ts';
import * as layers from '../../../src/layers/index.ts';
import type { InputShapes, Layer } from '../../../src/layers/layer.ts';
import { clearSession, seed } from '../../../src/layers/naming.ts';
import type { SymbolicTensor } from '../../../src/layers/symbolic-tensor.ts';
import { input } from '../../../src/models/input.ts';
import { model } from '../../../src/models/model.ts';
import { add, floor, mean, randomNormal, randomUniform, slice, square, sub, sum } from '../../../src/ops/index.ts';
import { sgd } from '../../../src/optimizers/index.ts';
import { compile } from '../../../src/tape/compile.ts';
import { valueAndGrad } from '../../../src/tape/grad.ts';
import type { Shape } from '../../../src/tensor/shape.ts';
import type { PartialShape } from '../../../src/tensor/symbolic.ts';
import { zeros, type Tensor } from '../../../src/tensor/tensor.ts';
import { gradcheck } from '../../../src/testing/gradcheck.ts';
import '../../../src/training/methods.ts';
import { layerFromConfig } from '../../support/layer-from-config.ts';
import { rows, type LayerRow } from './rows.ts';

/** Layers that the laws cannot speak of, and why. */
const exempt: Readonly<Record<string, string>> = {
  lambda: 'it holds a function, which no config can; test/src/layers/lambda.test.ts has its claims',
};

t.test('every layer has a row', (t) => {
  const tested = new Set<string>([...rows.map((row) => row.layer), ...Object.keys(exempt)]);
  t.strictSame(
    Object.keys(layers).filter((name) => !tested.has(name)),
    [],
  );
  const titles = rows.map(titleOf);
  t.equal(new Set(titles).size, titles.length, 'no two rows have one title');
  t.end();
});

for (const row of rows) {
  t.test(titleOf(row), async (t) => {
    clearSession();
    checkConfig(t, row);
    checkShapes(t, row);
    checkTraining(t, row);
    checkGradients(t, row);
    checkSamples(t, row);
    checkSeeds(t, row);
    await checkStep(t, row);
    await checkFrozen(t, row);
    for (const { name, call, message } of row.refused) {
      const error = thrownBy(call);
      t.ok(error instanceof GradtapeError, `${name} is refused with an error of ours`, { error: String(error) });
      t.match(String(error), message, `${name} is refused with the right message`);
    }
  });
}

function checkConfig(t: Test, row: LayerRow): void {
  for (const options of [{ name: 'mine', trainable: false }, {}]) {
    const layer = row.make(options);
    const config = JSON.parse(JSON.stringify(layer)) as unknown;
    t.strictSame(config, layer.getConfig(), 'a config is JSON');
    const again = layerFromConfig(layer.className, layer.getConfig());
    t.equal(again.constructor, layer.constructor, 'a config makes a layer of its class');
    t.strictSame(again.getConfig(), layer.getConfig(), 'a config makes a layer of the same config');
    const given = dataFor(row);
    const expected = run(layer, row, given);
    const actual = run(again, row, given);
    t.strictSame(numbers(actual), numbers(expected), 'a config makes a layer that computes the same');
  }
}

// Where the sizes of two runs differ a model's graph knows none, and the declared shape must say so of the output.
function checkShapes(t: Test, row: LayerRow): void {
  const [shapes, others] = row.inputs;
  const declared = (given: readonly PartialShape[]): readonly PartialShape[] => {
    const layer = row.make({});
    return listed(layer(symbolic(row, given)) as unknown as SymbolicTensor | SymbolicTensor[]).map((one) => one.shape);
  };
  const first = run(row.make({}), row, dataFor(row)).map((one) => one.shape);
  const second = run(row.make({}), row, dataFor(row, others)).map((one) => one.shape);
  const open = (a: readonly Shape[], b: readonly Shape[]): PartialShape[] =>
    a.map((shape, index) => shape.map((size, axis) => (size === b[index]?.[axis] ? size : null)));
  const withBatch = (list: readonly Shape[]): PartialShape[] => list.map(([, ...sample]) => [null, ...sample]);
  t.strictSame(declared(withBatch(shapes)), withBatch(first), 'the declared shape is the real one');
  t.strictSame(declared(open(shapes, others)), open(first, second), 'the declared shape is open where sizes are');

  const layer = row.make({});
  run(layer, row, dataFor(row));
  const taken: InputShapes = shapes.length > 1 ? shapes : (shapes[0] as Shape);
  const whole = layer.outputShapes(taken);
  t.strictSame(Array.isArray(whole[0]) ? whole : [whole], first, 'so it is for a known batch');
  t.equal(layer.countParams(), row.params, 'the number of weights');
  t.ok(
    layer.weights.every((weight) => [layer, ...layer.sublayers].some(({ name }) => weight.name.startsWith(`${name}/`))),
    'weights are named after the layer, or after one inside',
  );

  for (const batch of [1, 0]) {
    const some = shapes.map(([, ...sample]) => [batch, ...sample]);
    for (const training of [false, true]) {
      const outputs = run(row.make({}), row, dataFor(row, some), training);
      t.strictSame(
        outputs.map((one) => one.shape),
        first.map(([, ...sample]) => [batch, ...sample]),
        `a batch of ${batch} ${training ? 'in training' : ''}`,
      );
      t.ok(numbers(outputs).flat().every(Number.isFinite));
    }
  }
}

function checkTraining(t: Test, row: LayerRow): void {
  const layer = row.make({});
  const given = dataFor(row);
  const inference = numbers(run(layer, row, given));
  const training = numbers(run(layer, row, given, true));
  if (row.trainingDiffers === undefined) t.strictSame(training, inference, 'training and inference give the same bits');
  else t.notSame(training, inference, `training differs: ${row.trainingDiffers}`);
}

// Weights become arguments: inside the checked function each variable is assigned one.
function checkGradients(t: Test, row: LayerRow): void {
  const layer = row.make({});
  const given = dataFor(row);
  run(layer, row, given);
  const weights = layer.trainableWeights;
  const inputs = row.indices === undefined ? given : [];
  const values = weights.map((weight, index) =>
    add(randomNormal(weight.shape, { seed: 900 + index, stddev: 0.5 }), 0.1),
  );
  for (const training of row.trainingDiffers === undefined ? [false] : [false, true]) {
    const { checked } = gradcheck(
      (...args: Tensor[]) => {
        weights.forEach((weight, index) => weight.assign(args[inputs.length + index] as Tensor));
        return run(layer, row, inputs.length > 0 ? args.slice(0, inputs.length) : given, training);
      },
      [...inputs, ...values],
    );
    t.ok(checked > 0, `the gradients are right ${training ? 'in training' : ''}`);
  }
}

function checkSamples(t: Test, row: LayerRow): void {
  const layer = row.make({});
  const given = dataFor(row);
  const together = run(layer, row, given);
  const batch = row.inputs[0][0]?.[0] ?? 0;
  for (let sample = 0; sample < batch; sample++) {
    const alone = run(
      layer,
      row,
      given.map((one) => rowOf(one, sample)),
    );
    t.strictSame(
      numbers(alone),
      numbers(together.map((one) => rowOf(one, sample))),
      `sample ${sample} does not depend on its batch`,
    );
  }
}

function checkSeeds(t: Test, row: LayerRow): void {
  const weightsWith = (value: number): number[][] => {
    seed(value);
    const layer = row.make({});
    run(layer, row, dataFor(row));
    return layer.weights.map((weight) => [...weight.data]);
  };
  const first = weightsWith(1);
  t.strictSame(weightsWith(1), first, 'one seed gives the same weights');
  if (row.params > 0 && !row.constantWeights) t.notSame(weightsWith(2), first, 'another seed gives others');
  else t.strictSame(weightsWith(2), first, 'all weights start as constants');
  seed(0);
}

async function checkStep(t: Test, row: LayerRow): Promise<void> {
  const layer = row.make({});
  const given = dataFor(row);
  const targets = run(layer, row, given).map((one, index) => randomNormal(one.shape, { seed: 50 + index }));
  const weights = layer.trainableWeights;
  if (weights.length === 0) return;
  const optimizer = sgd({ learningRate: 0.01 });
  const loss = (): Tensor => distance(run(layer, row, given), targets);
  const step = compile(() => {
    const [value, gradients] = valueAndGrad(loss, weights);
    optimizer.apply(gradients, weights);
    return value;
  });
  const before = (await step()).item();
  const after = (await step()).item();
  t.ok(after < before, 'a step lowers the loss', { before, after });
}

async function checkFrozen(t: Test, row: LayerRow): Promise<void> {
  const given = dataFor(row);
  for (const trainable of [false, true]) {
    const layer = row.make({ trainable });
    const symbols = symbolic(
      row,
      row.inputs[0].map(([, ...sample]) => [null, ...sample]),
    );
    const outputs = listed(layer(symbols) as unknown as SymbolicTensor | SymbolicTensor[]);
    const net = model(listed(symbols), outputs);
    net.compile({ optimizer: 'sgd', loss: outputs.map(() => 'mse') });
    const targets = outputs.map((one) => zeros([given[0]?.shape[0] ?? 0, ...(one.shape.slice(1) as number[])]));
    const read = async (): Promise<number[][]> => (await layer.getWeights()).map((weight) => [...weight.data]);
    const before = await read();
    await net.trainOnBatch(given, targets);
    if (trainable && row.params > 0) t.notSame(await read(), before, 'training changes the weights');
    else t.strictSame(await read(), before, 'frozen weights stay');
  }
}

function titleOf({ layer, variant }: LayerRow): string {
  return variant === undefined ? layer : `${layer}, ${variant}`;
}

function dataFor(row: LayerRow, shapes: readonly Shape[] = row.inputs[0]): Tensor[] {
  const { indices } = row;
  return shapes.map((shape, index) =>
    indices === undefined
      ? randomNormal(shape, { seed: 10 + index })
      : floor(randomUniform(shape, { maximum: indices, seed: 10 + index })),
  );
}

function symbolic(row: LayerRow, shapes: readonly PartialShape[]): SymbolicTensor | SymbolicTensor[] {
  const made = shapes.map(([batch, ...sample]) => input(sample, typeof batch === 'number' ? { batchSize: batch } : {}));
  return row.inputs[0].length > 1 ? made : (made[0] as SymbolicTensor);
}

function run(layer: Layer, row: LayerRow, given: readonly Tensor[], training = false): Tensor[] {
  return listed(layer(row.inputs[0].length > 1 ? given : (given[0] as Tensor), { training }) as Tensor | Tensor[]);
}

function listed<Item>(value: Item | readonly Item[]): Item[] {
  return Array.isArray(value) ? (value as Item[]) : [value as Item];
}

function numbers(tensors: readonly Tensor[]): number[][] {
  return tensors.map((one) => [...one.data]);
}

function rowOf(value: Tensor, sample: number): Tensor {
  return slice(value, [sample, ...value.shape.slice(1).map(() => 0)], [1, ...value.shape.slice(1)]);
}

function distance(outputs: readonly Tensor[], targets: readonly Tensor[]): Tensor {
  return outputs.map((one, index) => mean(square(sub(one, targets[index] as Tensor)))).reduce((a, b) => sum(add(a, b)));
}

function thrownBy(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  return undefined;
}
