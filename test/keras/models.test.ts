/**
 * Whole trainings against Keras: each model is read from Keras's JSON, trained from Keras's first weights with the same
 * options, and gives Keras's history, weights, evaluation and predictions; so does what we write of it.
 */
import * as gt from '../../src/index.ts';
import t, { type Test } from 'tap';
import {
  camelCase,
  ErrorReport,
  numberDifference,
  readFamilies,
  relativeDifference,
  toTensor,
  withoutTypes,
  type FixtureTensor,
} from './fixture.ts';

type Data = FixtureTensor | readonly FixtureTensor[] | Readonly<Record<string, FixtureTensor>>;
type Numbers = Readonly<Record<string, readonly number[]>>;

interface ModelCase {
  readonly name: string;
  readonly config: KerasJSON;
  readonly compile: Readonly<Record<string, unknown>>;
  readonly fit: Readonly<Record<string, unknown>> & { readonly batch_size: number };
  readonly x: Data;
  readonly y: Data;
  readonly sampleWeight?: Data;
  readonly validation?: readonly Data[];
  readonly initialWeights: readonly FixtureTensor[];
  readonly evaluateBefore: Numbers;
  readonly history: Numbers;
  /** The metrics of training are left out: see families/models.py. */
  readonly masked: boolean;
  readonly epochs: readonly number[];
  readonly finalWeights: readonly FixtureTensor[];
  readonly evaluate: Numbers;
  readonly predictions: Data;
}

interface KerasJSON {
  readonly config: {
    readonly layers: readonly KerasLayer[];
    readonly input_layers: unknown;
    readonly output_layers: unknown;
  };
}

interface KerasLayer {
  readonly class_name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly inbound_nodes: readonly { readonly args: unknown }[];
}

const report = new ErrorReport();

for (const { family, cases } of readFamilies<ModelCase>('models')) {
  for (const one of cases) {
    report.case(family);
    t.test(one.name, async (t) => {
      const close = (what: string, error: number): void => {
        t.ok(report.note(family, error), `${what} differs by ${error}`);
      };
      const sameNumbers = (
        what: string,
        actual: Readonly<Record<string, number | readonly number[]>>,
        expected: Numbers,
      ): void => {
        t.strictSame(Object.keys(actual).sort(), Object.keys(expected).sort(), `${what}: the names`);
        for (const [key, values] of Object.entries(expected)) {
          const found = [actual[key] ?? []].flat() as number[];
          t.equal(found.length, values.length, `${what}: how often there is ${key}`);
          values.forEach((value, index) => {
            close(`${what}: ${key} ${index}`, numberDifference(found[index] ?? NaN, value));
          });
        }
      };
      const net = gt.modelFromJSON(one.config);
      net.setWeights(one.initialWeights.map(toTensor));
      net.compile(renamed(one.compile) as never);
      const [x, y] = [dataOf(one.x), dataOf(one.y)];
      const sampleWeight = one.sampleWeight && dataOf(one.sampleWeight);
      const evaluate = async (): Promise<gt.Logs> =>
        net.evaluate(
          x as never,
          y as never,
          {
            batchSize: one.fit.batch_size,
            verbose: 0,
            returnDict: true,
            ...(sampleWeight ? { sampleWeight } : {}),
          } as never,
        );

      sameNumbers('evaluate before training', (await evaluate()) as Record<string, number>, one.evaluateBefore);
      const history = await net.fit(
        x as never,
        y as never,
        {
          verbose: 0,
          ...renamed(one.fit),
          ...(sampleWeight ? { sampleWeight } : {}),
          ...(one.validation && { validationData: one.validation.map(dataOf) }),
        } as never,
      );
      t.strictSame(history.epoch, one.epochs, 'the epochs');
      const logged = Object.entries(history.history).filter(([key]) => !one.masked || key in one.history);
      sameNumbers('history', Object.fromEntries(logged), one.history);
      const weights = await net.getWeights();
      one.finalWeights.forEach((expected, index) => {
        const actual = weights[index];
        close(`final weight ${net.weights[index]?.name}`, actual ? relativeDifference(actual, expected) : Infinity);
      });
      sameNumbers('evaluate', (await evaluate()) as Record<string, number>, one.evaluate);
      const predictions: unknown = await net.predict(x as never);
      samePredictions(close, predictions, one.predictions);
    });

    t.test(`${one.name}: what we write of it reads back alike, with Keras's layers, calls and values`, (t) => {
      const text = JSON.stringify(gt.modelFromJSON(JSON.stringify(one.config)));
      const copy = gt.modelFromJSON(text);
      t.equal(JSON.stringify(copy), text);
      copy.setWeights(one.finalWeights.map(toTensor));
      const close = (what: string, error: number): void => {
        t.ok(report.note(family, error), `${what} differs by ${error}`);
      };
      samePredictions(close, copy.invoke(dataOf(one.x)), one.predictions);
      const ours = (JSON.parse(text) as KerasJSON).config;
      const theirs = one.config.config;
      t.strictSame(ours.input_layers, theirs.input_layers);
      t.strictSame(ours.output_layers, theirs.output_layers);
      t.strictSame(
        ours.layers.map((layer) => layer.class_name),
        theirs.layers.map((layer) => layer.class_name),
      );
      ours.layers.forEach((layer, index) => {
        const { inbound_nodes: nodes, config } = theirs.layers[index] as KerasLayer;
        t.strictSame(
          layer.inbound_nodes.map((call) => call.args),
          nodes.map((call) => call.args),
          `calls of layer ${index}`,
        );
        t.hasStrict(withoutTypes(config), withoutTypes(layer.config), layer.class_name);
      });
      t.end();
    });
  }
}

t.test('all of it', (t: Test) => {
  report.lines().forEach((line) => t.comment(line));
  t.end();
});

function samePredictions(close: (what: string, error: number) => void, actual: unknown, expected: Data): void {
  const entries: readonly (readonly [string, FixtureTensor])[] = isTensor(expected)
    ? [['', expected]]
    : Object.entries(expected as Readonly<Record<string, FixtureTensor>>);
  for (const [key, value] of entries) {
    const found = actual instanceof gt.Tensor ? actual : (actual as Readonly<Record<string, gt.Tensor>>)[key];
    close(`predictions ${key}`, found ? relativeDifference(found, value) : Infinity);
  }
}

function renamed(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(options).map(([key, value]) => [camelCase(key), value]));
}

function dataOf(data: Data): unknown {
  if (isTensor(data)) return toTensor(data);
  if (Array.isArray(data)) return (data as readonly FixtureTensor[]).map(toTensor);
  return Object.fromEntries(
    Object.entries(data as Readonly<Record<string, FixtureTensor>>).map(([name, one]) => [name, toTensor(one)]),
  );
}

function isTensor(data: Data): data is FixtureTensor {
  return 'shape' in data && Array.isArray(data.shape);
}
