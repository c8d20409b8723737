/** Models through JSON: Keras's own files give Keras's predictions, and what we write of them reads back alike. */
import t, { type Test } from 'tap';
import { layerClasses } from '../../src/layers/classes.ts';
import { modelFromJSON } from '../../src/models/from-json.ts';
import type { Model } from '../../src/models/model.ts';
import { summaryText } from '../../src/models/summary.ts';
import { Tensor } from '../../src/tensor/tensor.ts';
import { KERAS_TOLERANCE, readFixture, relativeDifference, toTensor, type FixtureTensor } from './fixture.ts';
import { sampleModels } from './write-configs.ts';

type Data = FixtureTensor | Readonly<Record<string, FixtureTensor>>;

interface ModelFixture {
  readonly config: KerasJSON;
  readonly x: Data;
  readonly finalWeights: readonly FixtureTensor[];
  readonly predictions: Data;
  readonly summary: string;
  readonly narrowSummary: string;
  readonly trainedSummary: string;
}

interface KerasJSON {
  readonly class_name: string;
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

const fixtures = ['model-functional', 'model-two-inputs'].map((name) => ({
  name,
  fixture: readFixture<ModelFixture>(name),
}));

for (const { name, fixture } of fixtures) {
  t.test(`${name}: Keras's JSON and weights give Keras's predictions`, (t) => {
    comparePredictions(t, modelFromJSON(fixture.config), fixture);
    t.end();
  });

  t.test(`${name}: what we write reads back with the same predictions and the same JSON`, (t) => {
    const text = JSON.stringify(modelFromJSON(JSON.stringify(fixture.config)));
    const copy = modelFromJSON(text);
    comparePredictions(t, copy, fixture);
    t.equal(JSON.stringify(copy), text);
    t.end();
  });

  t.test(`${name}: we write Keras's layers, calls and values, and no key that Keras does not write`, (t) => {
    const ours = modelFromJSON(fixture.config).toJSON() as unknown as KerasJSON;
    const { config } = fixture;
    t.strictSame(ours.config.input_layers, config.config.input_layers);
    t.strictSame(ours.config.output_layers, config.config.output_layers);
    t.strictSame(
      ours.config.layers.map((layer) => layer.class_name),
      config.config.layers.map((layer) => layer.class_name),
    );
    ours.config.layers.forEach((layer, index) => {
      const theirs = config.config.layers[index] as KerasLayer;
      t.strictSame(
        layer.inbound_nodes.map((call) => call.args),
        theirs.inbound_nodes.map((call) => call.args),
        `calls of layer ${index}`,
      );
      for (const [key, value] of Object.entries(layer.config)) {
        if (key === 'dtype' && layer.class_name !== 'InputLayer') continue; // a plain name is read by every Keras 3
        t.match(theirs.config[key], value, `${layer.class_name}: ${key}`);
      }
    });
    t.end();
  });

  t.test(`${name}: the summary is Keras's, character by character`, (t) => {
    const net = modelFromJSON(fixture.config);
    t.equal(summaryText(net), fixture.summary.trimEnd());
    t.equal(summaryText(net, { lineLength: 76 }), fixture.narrowSummary.trimEnd());
    const optimizerParams = Number(/Optimizer params: (\d+)/.exec(fixture.trainedSummary)?.[1]);
    t.equal(summaryText(net, { optimizerParams }), fixture.trainedSummary.trimEnd());
    t.end();
  });
}

t.test('the models that real Keras is given read back alike, and use every layer class', (t) => {
  const used = new Set<string>();
  for (const net of sampleModels()) {
    const copy = modelFromJSON(JSON.stringify(net));
    t.strictSame(copy.toJSON(), net.toJSON(), net.name);
    t.strictSame(
      copy.weights.map((one) => one.shape),
      net.weights.map((one) => one.shape),
    );
    for (const layer of net.layers) used.add(layer.className);
  }
  t.strictSame(
    [...layerClasses.keys()].filter((name) => !used.has(name)),
    [],
  );
  t.end();
});

function comparePredictions(t: Test, net: Model, fixture: ModelFixture): void {
  net.setWeights(fixture.finalWeights.map(toTensor));
  const outputs: unknown = net.invoke(tensorsOf(fixture.x));
  for (const [name, expected] of isOne(fixture.predictions)
    ? [['', fixture.predictions] as const]
    : Object.entries(fixture.predictions)) {
    const actual = outputs instanceof Tensor ? outputs : (outputs as Readonly<Record<string, Tensor>>)[name];
    t.ok(relativeDifference(actual as Tensor, expected) <= KERAS_TOLERANCE, `predictions ${name}`);
  }
}

function tensorsOf(data: Data): unknown {
  return isOne(data)
    ? toTensor(data)
    : Object.fromEntries(Object.entries(data).map(([name, one]) => [name, toTensor(one)]));
}

function isOne(data: Data): data is FixtureTensor {
  return Array.isArray(data['shape']);
}
