/**
 * The laws that every layer obeys, derived from its row: what a model, a file and a training step rely on without
 * asking. Each law is a function below.
 */
import { now } from '../clock.ts';
import { deviceNames } from '../devices/default-device.ts';
import type { Device } from '../devices/device.ts';
import { optionsOf } from '../errors.ts';
import type { InputShapes, Layer } from '../layers/layer.ts';
import { maskOf } from '../layers/masks.ts';
import { clearSession, seed } from '../layers/naming.ts';
import type { SymbolicTensor } from '../layers/symbolic-tensor.ts';
import { input } from '../models/input.ts';
import { add, floor, mean, mul, randomNormal, randomUniform, reshape, slice, square, sub, sum } from '../ops/index.ts';
import { sgd } from '../optimizers/index.ts';
import { compile } from '../tape/compile.ts';
import { valueAndGrad } from '../tape/grad.ts';
import { formatShape, type Shape } from '../tensor/shape.ts';
import type { PartialShape } from '../tensor/symbolic.ts';
import { tensor, zeros, type Tensor } from '../tensor/tensor.ts';
import { model, modelFromJSON, type Model } from '../training/models.ts';
import { gradcheck } from './gradcheck.ts';
import { LawError } from './law-error.ts';
import type { LayerRow } from './layer-row.ts';
import { withoutCode } from './pasteable.ts';
import { runningOn } from './running-on.ts';
import { checkRefusal } from './refusal.ts';
import { differenceOf } from './same.ts';

export interface LayerLawOptions {
  /** Devices whose programs are checked: names, or a device of one's own. Default all that `setDevice` knows. */
  readonly devices?: readonly (string | Device)[];
}

export interface LayerLawReport {
  /** The layer and what tells this row from its others. */
  readonly title: string;
  /** The laws that hold, as sentences. */
  readonly laws: readonly string[];
  /** Laws that the row leaves out, with its reasons. */
  readonly skipped: readonly string[];
  /** The largest score of `gradcheck`. */
  readonly worstScore: number;
  readonly milliseconds: number;
}

/**
 * Checks the laws of one layer. Its config is JSON and makes the same layer; a model of it is restored bit for bit from
 * toJSON and its weights; declared shapes and weight counts are the real ones, also for batches of one and of none;
 * training differs from inference only where the row says so; gradients of inputs and weights are right; a sample does
 * not depend on its batch; equal seeds make equal weights; a step lowers the loss; frozen weights stay; masks go in and
 * out; programs equal eager calls; wrong uses are refused.
 * Names and seeds of the session are reset (`clearSession`, `seed(0)`).
 * @throws LawError naming the layer, the law and the first difference
 * @example
 * await layerLaws({
 *   layer: 'scale',
 *   make: (options) => new Scale(options),
 *   inputs: [[[2, 3]], [[4, 3]]],
 *   params: 3,
 *   customObjects: { Scale },
 * });
 */
export async function layerLaws(row: LayerRow, options: LayerLawOptions = {}): Promise<LayerLawReport> {
  const { devices = deviceNames() } = optionsOf('layerLaws', options);
  const started = now();
  clearSession();
  const book = new Book(row);
  configLaw(book);
  saveLaw(book);
  shapeLaw(book);
  weightLaw(book);
  batchLaw(book);
  trainingLaw(book);
  gradientLaw(book);
  sampleLaw(book);
  seedLaw(book);
  await stepLaw(book);
  await frozenLaw(book);
  maskLaw(book);
  for (const device of devices) await deviceLaw(book, device);
  for (const refused of row.refused ?? []) book.laws.push(checkRefusal(book.title, refused));
  const { title, laws, skipped, worstScore } = book;
  return { title, laws, skipped, worstScore, milliseconds: now() - started };
}

/** What holds so far of one row; the first thing that does not ends it. */
class Book {
  readonly row: LayerRow;
  readonly title: string;
  readonly laws: string[] = [];
  readonly skipped: string[] = [];
  worstScore = 0;

  constructor(row: LayerRow) {
    this.row = row;
    this.title = row.variant === undefined ? row.layer : `${row.layer}, ${row.variant}`;
  }

  same(law: string, actual: unknown, expected: unknown): void {
    const difference = differenceOf(actual, expected);
    this.holds(law, difference === undefined, difference ?? '', { got: actual, expected });
  }

  /** Equal up to the rounding of two float32 operations, where a law lets sums be divided another way. */
  near(law: string, actual: readonly Tensor[], expected: readonly Tensor[]): void {
    const worst = actual.reduce(
      (most, one, index) =>
        one.data.reduce((worst, value, i) => {
          const exact = expected[index]?.data[i] ?? NaN;
          return Math.max(worst, Math.abs(value - exact) / Math.max(1, Math.abs(exact)));
        }, most),
      0,
    );
    this.holds(law, worst <= 2 * 2 ** -23, `the largest relative difference is ${worst}`, { got: actual, expected });
  }

  differ(law: string, actual: unknown, other: unknown): void {
    this.holds(law, differenceOf(actual, other) !== undefined, 'both are the same', { got: actual });
  }

  holds(law: string, truth: boolean, otherwise: string, details: { got?: unknown; expected?: unknown } = {}): void {
    if (!truth) {
      throw new LawError(`${this.title}: it does not hold that ${law}: ${otherwise}.`, law, this.laws.length + 1, {
        where: this.title,
        ...details,
      });
    }
    if (!this.laws.includes(law)) this.laws.push(law);
  }
}

function configLaw(book: Book): void {
  const { row } = book;
  for (const options of [{ name: 'mine', trainable: false }, {}]) {
    const layer = row.make(options);
    book.same('its config is JSON', JSON.parse(JSON.stringify(layer)), layer.getConfig());
    const again = fromConfig(row, layer);
    book.holds('its config makes a layer of its class', again.constructor === layer.constructor, again.className);
    book.same('its config makes a layer of the same config', again.getConfig(), layer.getConfig());
    const given = dataFor(row);
    book.same('its config makes a layer that computes the same', run(again, row, given), run(layer, row, given));
  }
}

function fromConfig(row: LayerRow, layer: Layer): Layer {
  const envelope = {
    module: 'keras.layers',
    class_name: layer.className,
    config: layer.getConfig(),
    registered_name: null,
  };
  const json = {
    module: 'keras',
    class_name: 'Sequential',
    config: { name: 'one_layer', layers: [envelope] },
    registered_name: null,
  };
  return restored(row, json).layers[0] as Layer;
}

function restored({ customObjects }: LayerRow, json: object): Model {
  return modelFromJSON(json, customObjects === undefined ? {} : { customObjects });
}

// The copy starts with other weights, which those of the first replace.
function saveLaw(book: Book): void {
  const { row } = book;
  const { net, given } = modelOf(row, row.make({}));
  seed(7);
  const copy = restored(row, JSON.parse(JSON.stringify(net.toJSON())) as object);
  seed(0);
  copy.setWeights(net.weights.map((weight) => tensor(Float32Array.from(weight.data), weight.shape)));
  const outputs = (of: Model): Tensor[] =>
    listed(of(given.length > 1 ? given : (given[0] as Tensor)) as unknown as Tensor | Tensor[]);
  book.same('a model of it is restored bit for bit from toJSON and its weights', outputs(copy), outputs(net));
}

function modelOf(
  row: LayerRow,
  layer: Layer,
): { readonly net: Model; readonly given: Tensor[]; outputs: SymbolicTensor[] } {
  const symbols = symbolic(row, withOpenBatch(row.inputs[0]));
  const outputs = listed(layer(symbols) as unknown as SymbolicTensor | SymbolicTensor[]);
  return { net: model(listed(symbols), outputs) as unknown as Model, given: dataFor(row), outputs };
}

const withOpenBatch = (list: readonly Shape[]): PartialShape[] => list.map(([, ...sample]) => [null, ...sample]);

// Where the sizes of two runs differ a model's graph knows none, and the declared shape must say so of the output.
function shapeLaw(book: Book): void {
  const { row } = book;
  const [shapes, others] = row.inputs;
  const declared = (given: readonly PartialShape[]): readonly PartialShape[] =>
    listed(row.make({})(symbolic(row, given)) as unknown as SymbolicTensor | SymbolicTensor[]).map((one) => one.shape);
  const first = run(row.make({}), row, dataFor(row)).map((one) => one.shape);
  const second = run(row.make({}), row, dataFor(row, others)).map((one) => one.shape);
  const open = (a: readonly Shape[], b: readonly Shape[]): PartialShape[] =>
    a.map((shape, index) => shape.map((size, axis) => (size === b[index]?.[axis] ? size : null)));
  book.same('its declared shape is the real one', declared(withOpenBatch(shapes)), withOpenBatch(first));
  book.same('its declared shape is open where sizes are', declared(open(shapes, others)), open(first, second));
  const layer = row.make({});
  run(layer, row, dataFor(row));
  const taken: InputShapes = shapes.length > 1 ? shapes : (shapes[0] as Shape);
  const whole = layer.outputShapes(taken);
  book.same('its declared shape is the real one for a known batch', Array.isArray(whole[0]) ? whole : [whole], first);
}

function weightLaw(book: Book): void {
  const layer = book.row.make({});
  run(layer, book.row, dataFor(book.row));
  book.same('it has as many weights as the row says', layer.countParams(), book.row.params);
  const named = layer.weights.every((weight) =>
    [layer, ...layer.sublayers].some(({ name }) => weight.name.startsWith(`${name}/`)),
  );
  book.holds(
    'its weights are named after it, or after a layer inside',
    named,
    layer.weights.map((weight) => weight.name).join(', '),
  );
}

function batchLaw(book: Book): void {
  const { row } = book;
  const shapes = row.inputs[0];
  const samples = withOpenBatch(run(row.make({}), row, dataFor(row)).map((one) => one.shape));
  for (const batch of [1, 0]) {
    const some = shapes.map(([, ...sample]) => [batch, ...sample]);
    for (const training of [false, true]) {
      const outputs = run(row.make({}), row, dataFor(row, some), training);
      book.same(
        `it takes a batch of ${batch === 0 ? 'none' : 'one'}`,
        outputs.map((one) => one.shape),
        samples.map(([, ...sample]) => [batch, ...sample]),
      );
      const finite = outputs.every((one) => one.data.every(Number.isFinite));
      book.holds(`a batch of ${batch === 0 ? 'none' : 'one'} gives finite numbers`, finite, 'NaN or infinity');
    }
  }
}

function trainingLaw(book: Book): void {
  const { row } = book;
  const layer = row.make({});
  const given = dataFor(row);
  const inference = run(layer, row, given);
  const training = run(layer, row, given, true);
  if (row.trainingDiffers === undefined) {
    book.same('training and inference give the same bits', training, inference);
  } else {
    book.differ(`training differs: ${row.trainingDiffers}`, training, inference);
  }
}

// Weights become arguments: inside the checked function each variable is assigned one.
function gradientLaw(book: Book): void {
  const { row } = book;
  const layer = row.make({});
  const given = dataFor(row);
  run(layer, row, given);
  const weights = layer.trainableWeights;
  const inputs = row.indices === undefined ? given : [];
  const values = weights.map((weight, index) =>
    add(randomNormal(weight.shape, { seed: 900 + index, stddev: 0.5 }), 0.1),
  );
  for (const training of row.trainingDiffers === undefined ? [false] : [false, true]) {
    const law = `its gradients are right${training ? ' in training' : ''}`;
    let report;
    try {
      report = gradcheck(
        (...args: Tensor[]) => {
          weights.forEach((weight, index) => weight.assign(args[inputs.length + index] as Tensor));
          return run(layer, row, inputs.length > 0 ? args.slice(0, inputs.length) : given, training);
        },
        [...inputs, ...values],
      );
    } catch (cause) {
      const { message } = cause as Error;
      throw new LawError(
        `${book.title}: it does not hold that ${law}. ${withoutCode(message)}`,
        law,
        book.laws.length + 1,
        {
          where: book.title,
          cause,
        },
      );
    }
    book.holds(law, report.checked > 0, 'there was no derivative to compare');
    book.worstScore = Math.max(book.worstScore, report.worstScore);
  }
}

function sampleLaw(book: Book): void {
  const { row } = book;
  const layer = row.make({});
  const given = dataFor(row);
  const together = run(layer, row, given);
  const batch = row.inputs[0][0]?.[0] ?? 0;
  for (let sample = 0; sample < batch; sample++) {
    const alone = run(
      layer,
      row,
      given.map((one) => sampleOf(one, sample)),
    );
    book.same(
      'a sample does not depend on its batch',
      alone,
      together.map((one) => sampleOf(one, sample)),
    );
  }
}

function seedLaw(book: Book): void {
  const { row } = book;
  const weightsWith = (value: number): Tensor[] => {
    seed(value);
    const layer = row.make({});
    run(layer, row, dataFor(row));
    return layer.weights.map((weight) => tensor(Float32Array.from(weight.data), weight.shape));
  };
  const first = weightsWith(1);
  book.same('one seed gives the same weights', weightsWith(1), first);
  const second = weightsWith(2);
  seed(0);
  if (row.params > 0 && !row.constantWeights) book.differ('another seed gives other weights', second, first);
  else book.same('all its weights start as constants', second, first);
}

async function stepLaw(book: Book): Promise<void> {
  const { row } = book;
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
  book.holds('a step lowers the loss', after < before, `it went from ${before} to ${after}`);
}

async function frozenLaw(book: Book): Promise<void> {
  const { row } = book;
  for (const trainable of [false, true]) {
    const layer = row.make({ trainable });
    const { net, given, outputs } = modelOf(row, layer);
    net.compile({ optimizer: 'sgd', loss: outputs.map(() => 'mse') } as never);
    const targets = outputs.map((one) => zeros([given[0]?.shape[0] ?? 0, ...(one.shape.slice(1) as number[])]));
    const before = await layer.getWeights();
    await net.trainOnBatch(given as never, targets as never);
    const after = await layer.getWeights();
    if (trainable && row.params > 0) book.differ('training changes its weights', after, before);
    else book.same('its frozen weights stay', after, before);
  }
}

// A mask of ones says nothing. With `ignoresMaskedSteps` the values of masked steps must not matter either.
function maskLaw(book: Book): void {
  const { row } = book;
  const layer = row.make({});
  const given = dataFor(row);
  if (!layer.supportsMasking || given.some((one) => one.shape.length < 3)) return;
  if (row.withoutMask !== undefined) {
    book.skipped.push(`masks: ${row.withoutMask}`);
    return;
  }
  const masksWith = (last: number): Tensor[] =>
    given.map(({ shape: [batch = 0, steps = 0] }) =>
      tensor(
        Float32Array.from({ length: batch * steps }, (_, index) => (index % steps === steps - 1 ? last : 1)),
        [batch, steps],
      ),
    );
  const plain = run(layer, row, given);
  const masked = run(layer, row, given, false, masksWith(1));
  const law = 'a mask that keeps every step changes nothing';
  if (row.ignoresMaskedSteps) book.near(law, masked, plain);
  else book.same(law, masked, plain);
  for (const output of masked) {
    const mask = maskOf(output);
    const fits = mask === undefined || mask.shape.every((size, axis) => size === output.shape[axis]);
    book.holds(
      'the mask of its output fits the output',
      fits,
      `mask ${mask && formatShape(mask.shape)}, output ${formatShape(output.shape)}`,
    );
  }
  if (!row.ignoresMaskedSteps) return;
  const mask = masksWith(0);
  const other = given.map((one, index) => {
    const kept = reshape(mask[index] as Tensor, [...one.shape.slice(0, 2), ...one.shape.slice(2).map(() => 1)]);
    return add(mul(one, kept), mul(randomNormal(one.shape, { seed: 70 + index }), sub(1, kept)));
  });
  const first = run(layer, row, given, false, mask);
  book.differ('a masked step changes the result', first, plain);
  book.same('values of masked steps do not matter', run(layer, row, other, false, mask), first);
}

async function deviceLaw(book: Book, device: string | Device): Promise<void> {
  const { row } = book;
  const layer = row.make({});
  const given = dataFor(row);
  const eager = runningOn(device, () => run(layer, row, given));
  const program = compile((...args: Tensor[]) => run(layer, row, args), { device: device as 'cpu' | Device });
  const name = typeof device === 'string' ? device : device.name;
  book.same(`compiled results equal eager ones bit for bit on ${name}`, await program(...given), eager);
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

function run(
  layer: Layer,
  row: LayerRow,
  given: readonly Tensor[],
  training = false,
  masks?: readonly Tensor[],
): Tensor[] {
  const several = row.inputs[0].length > 1;
  const mask = several ? masks : masks?.[0];
  const options = { training, ...(mask === undefined ? {} : { mask }) };
  return listed(layer(several ? given : (given[0] as Tensor), options as { training: boolean }) as Tensor | Tensor[]);
}

function listed<Item>(value: Item | readonly Item[]): Item[] {
  return Array.isArray(value) ? (value as Item[]) : [value as Item];
}

function sampleOf(value: Tensor, sample: number): Tensor {
  return slice(value, [sample, ...value.shape.slice(1).map(() => 0)], [1, ...value.shape.slice(1)]);
}

function distance(outputs: readonly Tensor[], targets: readonly Tensor[]): Tensor {
  return outputs.map((one, index) => mean(square(sub(one, targets[index] as Tensor)))).reduce((a, b) => sum(add(a, b)));
}
