/** Whole models against Keras: read from its JSON, then three epochs of training from its first weights. */
import * as gt from 'gradtape';
import t, { type Test } from 'tap';
import { KERAS_TOLERANCE, readFixture, relativeDifference, toTensor, type FixtureTensor } from './fixture.ts';

type Named = Readonly<Record<string, FixtureTensor>>;
type Data = FixtureTensor | Named;

interface ModelFixture {
  readonly config: object;
  readonly compile: {
    readonly optimizer: string;
    readonly loss: string | Readonly<Record<string, string>>;
    readonly loss_weights?: Readonly<Record<string, number>>;
    readonly metrics: readonly string[] | Readonly<Record<string, readonly string[]>>;
  };
  readonly fit: { readonly epochs: number; readonly batch_size: number; readonly shuffle: false };
  readonly x: Data;
  readonly y: Data;
  readonly validation: { readonly x: Data; readonly y: Data } | null;
  readonly initialWeights: readonly FixtureTensor[];
  readonly evaluateBefore: Readonly<Record<string, number>>;
  readonly history: Readonly<Record<string, readonly number[]>>;
  readonly finalWeights: readonly FixtureTensor[];
  readonly evaluate: Readonly<Record<string, number>>;
  readonly predictions: Data;
}

for (const name of ['model-functional', 'model-two-inputs']) {
  t.test(name, async (t) => {
    const fixture = readFixture<ModelFixture>(name);
    const net = gt.modelFromJSON(fixture.config);
    net.setWeights(fixture.initialWeights.map(toTensor));
    const { optimizer, loss, loss_weights: lossWeights, metrics } = fixture.compile;
    net.compile({ optimizer, loss, metrics, ...(lossWeights && { lossWeights }) });
    const { epochs, batch_size: batchSize, shuffle } = fixture.fit;
    const [x, y] = [dataOf(fixture.x), dataOf(fixture.y)];
    const evaluate = async (): Promise<gt.Logs> => net.evaluate(x, y, { batchSize, verbose: 0, returnDict: true });

    sameLogs(t, 'evaluate before training', await evaluate(), fixture.evaluateBefore);
    const { history } = await net.fit(x, y, {
      epochs,
      batchSize,
      shuffle,
      verbose: 0,
      ...(fixture.validation && {
        validationData: [dataOf(fixture.validation.x), dataOf(fixture.validation.y)] as const,
      }),
    });
    t.strictSame(Object.keys(history).sort(), Object.keys(fixture.history).sort(), 'the names of the history');
    for (let epoch = 0; epoch < epochs; epoch++)
      sameLogs(t, `epoch ${epoch + 1}`, logsOf(history, epoch), logsOf(fixture.history, epoch));
    const weights = await net.getWeights();
    t.equal(weights.length, fixture.finalWeights.length);
    fixture.finalWeights.forEach((expected, index) => {
      close(t, `final weight ${net.weights[index]?.name}`, relativeDifference(weights[index] as gt.Tensor, expected));
    });
    sameLogs(t, 'evaluate', await evaluate(), fixture.evaluate);
    const predictions = await net.predict<gt.Tensor | Record<string, gt.Tensor>>(x);
    for (const [output, expected] of named(fixture.predictions)) {
      const actual = predictions instanceof gt.Tensor ? predictions : predictions[output];
      close(t, `predictions ${output}`, relativeDifference(actual as gt.Tensor, expected));
    }
  });
}

function sameLogs(
  t: Test,
  what: string,
  actual: Readonly<Record<string, number>>,
  expected: Readonly<Record<string, number>>,
): void {
  t.strictSame(Object.keys(actual).sort(), Object.keys(expected).sort(), `${what}: the names`);
  for (const [key, value] of Object.entries(expected))
    close(t, `${what}: ${key}`, Math.abs((actual[key] ?? NaN) - value) / Math.abs(value));
}

function close(t: Test, what: string, difference: number): void {
  t.ok(difference <= KERAS_TOLERANCE, `${what} differs by ${difference}`);
}

function logsOf(history: Readonly<Record<string, readonly number[]>>, epoch: number): Record<string, number> {
  return Object.fromEntries(Object.entries(history).map(([key, values]) => [key, values[epoch] ?? NaN]));
}

function named(data: Data): [string, FixtureTensor][] {
  return isTensor(data) ? [['', data]] : Object.entries(data);
}

function dataOf(data: Data): gt.Tensor | Record<string, gt.Tensor> {
  return isTensor(data) ? toTensor(data) : Object.fromEntries(named(data).map(([name, one]) => [name, toTensor(one)]));
}

function isTensor(data: Data): data is FixtureTensor {
  return Array.isArray(data['shape']);
}
