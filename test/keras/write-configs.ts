/**
 * Models whose JSON real Keras must read: `node dist/test/keras/write-configs.js FILE` writes them with what Keras must
 * find, and `check_configs.py FILE` compares.
 */
import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import * as layers from '../../src/layers/index.ts';
import type { Config } from '../../src/layers/layer.ts';
import { clearSession } from '../../src/layers/naming.ts';
import { input } from '../../src/models/input.ts';
import { model, type Model } from '../../src/models/model.ts';
import { sequential } from '../../src/models/sequential.ts';
import type { SymbolicTensor } from '../../src/layers/symbolic-tensor.ts';
import { sizeOf } from '../../src/tensor/shape.ts';
import { Tensor, tensor } from '../../src/tensor/tensor.ts';
import { layerFromConfig } from '../support/layer-from-config.ts';
import { readFamilies, type FixtureTensor } from './fixture.ts';

const CASES_OF_A_LAYER = 1;

/** Every layer class once at least, and every way in which models are put together. */
export function sampleModels(): Model[] {
  clearSession();
  return [
    images(),
    sequences(),
    stack(),
    lateStack(),
    severalEnds(),
    sharedLayer(),
    nested(),
    middle(),
    records(),
    ...singleLayers(),
  ] as Model[];
}

function images(): Model {
  const image = input([12, 12, 2], { name: 'image' });
  const a = layers.conv2d(4, 3, { padding: 'same', useBias: false })(image);
  const b = layers.depthwiseConv2d([3, 3], { depthMultiplier: 2, padding: 'same', activation: 'relu' })(image);
  const sum = layers.add([layers.activation('tanh')(layers.batchNormalization({ momentum: 0.9, scale: false })(a)), b]);
  const product = layers.multiply([
    sum,
    layers.separableConv2d(4, 3, { padding: 'same', kernelInitializer: undefined } as object)(sum),
  ]);
  const mean = layers.average([
    layers.maxPooling2d(2)(product),
    layers.averagePooling2d([3, 3], { strides: 2, padding: 'same' })(product),
  ]);
  const joined = layers.concatenate([
    layers.globalMaxPooling2d()(mean),
    layers.globalAveragePooling2d({ keepdims: false })(mean),
    layers.flatten()(mean),
  ]);
  return model(
    image,
    layers.dense(5, { activation: 'softmax', kernelInitializer: 'he_normal' })(layers.dropout(0.25)(joined)),
    { name: 'images' },
  );
}

function sequences(): Model {
  const text = input([16], { dtype: 'int32', name: 'text' });
  const vectors = layers.embedding(30, 6)(text);
  const a = layers.conv1d(8, 3, { padding: 'causal', dilationRate: 2, activation: 'relu' })(vectors);
  const pooled = layers.concatenate([layers.maxPooling1d(2)(a), layers.averagePooling1d(2)(a)]);
  const state = layers.lstm(4, { returnSequences: true, goBackwards: true, dropout: 0.1 })(pooled);
  const wide = layers.reshape([4, -1])(state);
  return model(text, [layers.globalMaxPooling1d()(wide), layers.globalAveragePooling1d()(wide)], { name: 'sequences' });
}

function stack(): Model {
  return sequential(
    [layers.dense(8, { activation: 'relu', inputShape: [6], name: 'first' }), layers.dropout(0.5), layers.dense(2)],
    { name: 'stack' },
  );
}

function lateStack(): Model {
  return sequential([layers.dense(8, { name: 'a' }), layers.dense(2, { name: 'b', trainable: false })], {
    name: 'late_stack',
  });
}

function severalEnds(): Model {
  const [left, right] = [input([4], { name: 'left' }), input([3], { name: 'right' })];
  const hidden = layers.concatenate([layers.dense(4)(right), left]);
  const ends = ['age', 'income', 'gender'].map((name) => layers.dense(2, { name })(hidden));
  return model([left, right], ends, { name: 'several_ends' });
}

function sharedLayer(): Model {
  const [a, b] = [input([4], { name: 'a' }), input([4], { name: 'b' })];
  const shared = layers.dense(4, { name: 'shared' });
  shared(input([4])); // a call of another graph, which this model's config must not count
  return model([a, b], layers.concatenate([shared(a), shared(shared(b))]), { name: 'shared_layer' });
}

function nested(): Model {
  const x = input([4], { name: 'x' });
  const encoder = model(x, layers.dense(3, { name: 'code' })(layers.batchNormalization()(x)), { name: 'encoder' });
  const head = sequential([layers.dense(6, { inputShape: [3] }), layers.dense(3)], { name: 'head' });
  const [a, b] = [input([4]), input([4])];
  const [codeA, codeB] = [encoder(a), encoder(b, { training: false })];
  return model([a, b], [layers.add([head(codeA), codeB]), codeB], { name: 'nested' });
}

function middle(): Model {
  const x = input([4]);
  const hidden = layers.dense(5, { name: 'hidden' })(x);
  const out = layers.dense(2, { name: 'end' })(layers.add([hidden, layers.dense(5, { name: 'inner' })(hidden)]));
  return model(hidden, out, { name: 'middle' });
}

function records(): Model {
  const steps = input([5, 3], { name: 'steps' });
  const [output, hidden] = layers.lstm(2, { returnState: true, returnSequences: true })(steps) as unknown as [
    SymbolicTensor,
    SymbolicTensor,
  ];
  const inner = model({ steps }, { zero: layers.dense(3)(hidden), all: output }, { name: 'inner' });
  const x = input([5, 3], { name: 'x' });
  const { zero, all } = inner({ steps: x }) as unknown as { zero: SymbolicTensor; all: SymbolicTensor };
  return model(x, { zero, pooled: layers.globalMaxPooling1d()(all) }, { name: 'records' });
}

/** Each layer of the fixtures by itself, with the options of its first case. */
function singleLayers(): Model[] {
  return readFamilies<LayerCase>('layers').flatMap(({ family, cases }) =>
    cases
      .filter((one) => !one.function && !one.initialState && !one.calls)
      .slice(0, CASES_OF_A_LAYER)
      .map(({ className, config, inputs }, index) => {
        const given = inputs.map(({ shape, data }, place) =>
          input(shape.slice(1), { name: `x${place}`, dtype: data instanceof Float32Array ? 'float32' : 'int32' }),
        );
        const [first] = given as [SymbolicTensor];
        const layer = layerFromConfig(className, config);
        return model(given, layer(given.length === 1 ? first : given), { name: `${family}_${index}` });
      }),
  );
}

interface LayerCase {
  readonly className: string;
  readonly config: Config;
  readonly inputs: readonly FixtureTensor[];
  readonly function?: string;
  readonly initialState?: unknown;
  readonly calls?: number;
}

/** What Keras must find in the model, and what it must compute with these weights and inputs. */
function expectation(net: Model): object {
  net.weights.forEach((weight) => weight.assign(numbers(weight.shape, /variance/.test(weight.name) ? 0.5 : -0.4)));
  const inputs = net.inputs.map((one) =>
    numbers([2, ...(one.shape.slice(1) as number[])], one.dtype === 'int32' ? undefined : -0.5),
  );
  const result = net.built ? (net(inputs) as Tensor | readonly Tensor[] | Record<string, Tensor>) : [];
  const outputs =
    result instanceof Tensor || Array.isArray(result)
      ? [result].flat()
      : net.outputNames.map((one) => (result as Record<string, Tensor>)[one] as Tensor);
  return {
    name: net.name,
    json: JSON.stringify(net),
    layers: net.layers.map((layer) => layer.name),
    trainable: net.trainableWeights.map((one) => one.shape),
    weights: net.weights.map((one) => one.shape),
    outputs: Object.fromEntries(net.outputNames.map((name, index) => [name, net.outputs[index]?.shape])),
    record: net.outputLayout.kind === 'record',
    built: net.built,
    weightValues: net.weights.map((one) => [...one.hostValue().data]),
    inputValues: inputs.map((one) => ({ shape: one.shape, data: [...one.data] })),
    outputValues: outputs.map((one: Tensor) => [...one.data]),
  };
}

/** Numbers of no pattern between `low` and `low + 1`, or whole ones below 7. */
function numbers(shape: readonly number[], low: number | undefined): Tensor {
  const size = sizeOf(shape);
  return tensor(
    Float32Array.from({ length: size }, (_, i) =>
      low === undefined ? (i * 5) % 7 : low + ((i * 37 + size) % 101) / 101,
    ),
    shape,
  );
}

const [, script = '', file] = process.argv;
if (import.meta.url === pathToFileURL(script).href && file)
  writeFileSync(file, JSON.stringify(sampleModels().map(expectation)));
