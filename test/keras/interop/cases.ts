/** Models whose files go to real Keras and back: every layer, every optimizer, every way to put a model together. */
import * as layers from '../../../src/layers/index.ts';
import { clearSession } from '../../../src/layers/naming.ts';
import type { SymbolicTensor } from '../../../src/layers/symbolic-tensor.ts';
import { ensemble, losses, metrics, optimizers } from '../../../src/index.ts';
import { input } from '../../../src/models/input.ts';
import { model, sequential, type Model } from '../../../src/training/models.ts';
import type { CompileModelOptions } from '../../../src/training/compilation.ts';
import type { KerasFormat } from '../../../src/keras/index.ts';
import { sampleModels } from '../write-configs.ts';

export interface InteropCase {
  readonly name: string;
  readonly model: Model;
  /** Undefined for a model that is compared by its predictions only. */
  readonly compile: CompileModelOptions | undefined;
  readonly formats: readonly KerasFormat[];
}

/** On one batch again and again the variance of a gradient is rounding; with the default epsilon that would be the step. */
const WELL_CONDITIONED = 1e-3;

const allFormats: readonly KerasFormat[] = ['keras', 'h5', 'weights.h5'];

/**
 * Models that draw random numbers in training; and `nested`, which calls a model with `training: false`: in `fit` Keras
 * puts its own `training` in the place of that.
 */
const notTrained = /dropout|noise|images|sequences|^stack$|^nested$/;

export function interopCases(): InteropCase[] {
  const samples = sampleModels().filter((one) => one.built);
  clearSession();
  const cases = samples.map((one, index): InteropCase => {
    const trains = one.trainableWeights.length > 0 && !notTrained.test(one.name);
    return {
      name: one.name,
      model: one as Model,
      compile: trains ? { optimizer: optimizers.adam({ learningRate: 0.01 }), loss: 'mse' } : undefined,
      formats: index < 10 ? allFormats : [allFormats[index % 3] as KerasFormat],
    };
  });
  return [...cases, ...structures(), ...ensembles(), ...withOptimizers()];
}

/** Every mode; votes have no gradient, and operations between tensors no .h5 file. */
function ensembles(): InteropCase[] {
  return (['mean', 'weighted', 'geometric', 'voting'] as const).map((mode) => {
    clearSession();
    const members = Array.from({ length: 3 }, mlp);
    const options = mode === 'mean' ? { mode } : { mode, weights: [0.5, 0.3, 0.2] };
    return {
      name: `ensemble_${mode}`,
      model: ensemble(members, options) as Model,
      compile: mode === 'voting' ? undefined : { optimizer: 'adam', loss: 'categorical_crossentropy' },
      formats: mode === 'mean' || mode === 'weighted' ? allFormats : ['keras', 'weights.h5'],
    };
  });
}

/** Ways to put models together, with losses and metrics of all forms. */
function structures(): InteropCase[] {
  const made: [string, () => Model, CompileModelOptions][] = [
    ['mlp', mlp, { optimizer: 'adam', loss: 'categorical_crossentropy', metrics: ['acc', 'mae'] }],
    [
      'stacked',
      () =>
        sequential([layers.dense(5, { activation: 'relu', inputShape: [4] }), layers.dense(3)], { name: 'stacked' }),
      { optimizer: 'rmsprop', loss: losses.huber(), metrics: [metrics.rootMeanSquaredError()] },
    ],
    [
      'three_outputs',
      threeOutputs,
      {
        optimizer: optimizers.rmsprop({ learningRate: 0.01, momentum: 0.5, centered: true, epsilon: WELL_CONDITIONED }),
        loss: { age: 'mse', income: 'categorical_crossentropy', gender: 'binary_crossentropy' },
        lossWeights: { age: 0.25, income: 1, gender: 10 },
        metrics: { gender: ['acc'] },
      },
    ],
    [
      'two_inputs',
      twoInputs,
      { optimizer: 'nadam', loss: losses.meanAbsoluteError, weightedMetrics: [metrics.meanSquaredError()] },
    ],
    ['siamese', siamese, { optimizer: optimizers.sgd({ learningRate: 0.05, momentum: 0.9 }), loss: 'mse' }],
    ['model_in_model', modelInModel, { optimizer: 'adam', loss: 'mse', metrics: ['mae'] }],
    ['deeply_nested', deeplyNested, { optimizer: 'adamax', loss: 'mse' }],
    ['recurrences', recurrences, { optimizer: 'adam', loss: 'mse' }],
    ['convolutions', convolutions, { optimizer: optimizers.adam({ amsgrad: true }), loss: 'mse' }],
    ['frozen', frozen, { optimizer: 'adam', loss: 'mse' }],
    ['operations', operations, { optimizer: 'adam', loss: 'log_cosh' }],
    [
      'lists_of_losses',
      threeOutputs,
      { optimizer: 'lion', loss: ['mse', null, losses.binaryCrossentropy()], lossWeights: [1, null, 2] },
    ],
    ['regularized', regularized, { optimizer: optimizers.sgd({ learningRate: 0.1 }), loss: 'mse' }],
  ];
  return made.map(([name, make, compile]) => ({
    name,
    model: make(),
    compile,
    // From its own .h5 files Keras 3 does not get an op between tensors back.
    formats: name === 'operations' ? ['keras', 'weights.h5'] : allFormats,
  }));
}

/** One small network under each optimizer and each option of optimizers that has variables of its own. */
function withOptimizers(): InteropCase[] {
  const { schedules } = optimizers;
  const made: [string, CompileModelOptions['optimizer']][] = [
    ['adadelta', optimizers.adadelta({ learningRate: 0.5 })],
    ['adagrad', optimizers.adagrad({ learningRate: 0.1 })],
    ['adam', optimizers.adam({ beta1: 0.8, beta2: 0.95, epsilon: 1e-5 })],
    ['adamw', optimizers.adamw({ weightDecay: 0.02 })],
    ['adamax', optimizers.adamax({ learningRate: 0.02 })],
    ['ftrl', optimizers.ftrl({ learningRate: 0.1, l1RegularizationStrength: 0.01 })],
    ['lion', optimizers.lion({ learningRate: 0.001 })],
    ['nadam', optimizers.nadam({ learningRate: 0.01 })],
    ['rmsprop', optimizers.rmsprop({ learningRate: 0.01 })],
    ['rmsprop_momentum', optimizers.rmsprop({ learningRate: 0.01, momentum: 0.9 })],
    ['rmsprop_centered', optimizers.rmsprop({ learningRate: 0.01, centered: true, epsilon: WELL_CONDITIONED })],
    ['sgd', optimizers.sgd({ learningRate: 0.1 })],
    ['sgd_nesterov', optimizers.sgd({ learningRate: 0.1, momentum: 0.9, nesterov: true })],
    ['clipnorm', optimizers.adam({ clipnorm: 0.1 })],
    ['clipvalue', optimizers.sgd({ learningRate: 0.1, clipvalue: 0.01 })],
    ['global_clipnorm', optimizers.sgd({ learningRate: 0.1, globalClipnorm: 0.1 })],
    ['ema', optimizers.adam({ learningRate: 0.01, useEma: true, emaMomentum: 0.9, emaOverwriteFrequency: 5 })],
    ['accumulation', optimizers.adam({ learningRate: 0.01, gradientAccumulationSteps: 3 })],
    ['exponential', optimizers.sgd({ learningRate: schedules.exponentialDecay(0.1, 10, 0.5) })],
    ['piecewise', optimizers.sgd({ learningRate: schedules.piecewiseConstantDecay([5, 10], [0.1, 0.05, 0.01]) })],
    ['polynomial', optimizers.adam({ learningRate: schedules.polynomialDecay(0.1, 20, { power: 2 }) })],
    ['inverse_time', optimizers.sgd({ learningRate: schedules.inverseTimeDecay(0.1, 5, 0.5) })],
    ['cosine', optimizers.adam({ learningRate: schedules.cosineDecay(0.1, 20) })],
    ['cosine_restarts', optimizers.sgd({ learningRate: schedules.cosineDecayRestarts(0.1, 8) })],
  ];
  return made.map(([name, optimizer], index) => ({
    name: `with_${name}`,
    model: plain(),
    compile: { ...(optimizer ? { optimizer } : {}), loss: 'categorical_crossentropy' },
    formats: ['keras', index % 2 === 0 ? 'weights.h5' : 'h5'],
  }));
}

// Without batch normalization: over four samples it makes steps jump, and then roundings do not stay small.
function plain(): Model {
  const x = input([4]);
  return model(x, layers.dense(3, { activation: 'softmax' })(layers.dense(6, { activation: 'tanh' })(x))) as Model;
}

function mlp(): Model {
  const x = input([4]);
  const hidden = layers.batchNormalization({ momentum: 0.9 })(layers.dense(6, { activation: 'tanh' })(x));
  return model(x, layers.dense(3, { activation: 'softmax' })(hidden)) as Model;
}

function threeOutputs(): Model {
  const text = input([8], { dtype: 'int32', name: 'posts' });
  const vectors = layers.embedding(20, 5)(text);
  const pooled = layers.globalAveragePooling1d()(layers.conv1d(4, 3, { activation: 'tanh' })(vectors));
  const age = layers.dense(1, { name: 'age' })(pooled);
  const income = layers.dense(3, { activation: 'softmax', name: 'income' })(pooled);
  const gender = layers.dense(1, { activation: 'sigmoid', name: 'gender' })(pooled);
  return model(text, [age, income, gender]) as Model;
}

function twoInputs(): Model {
  const [left, right] = [input([4], { name: 'left' }), input([3], { name: 'right' })];
  const second = layers.dense(4, { name: 'of_right' })(right);
  const first = layers.dense(4, { name: 'of_left' })(left);
  return model([left, right], layers.dense(2)(layers.concatenate([second, first]))) as Model;
}

function siamese(): Model {
  const [a, b] = [input([4], { name: 'a' }), input([4], { name: 'b' })];
  const shared = layers.dense(3, { activation: 'tanh', name: 'shared' });
  const tower = sequential([layers.dense(4, { inputShape: [3] }), layers.dense(2, { activation: 'tanh' })], {
    name: 'tower',
  });
  return model([a, b], layers.subtract([tower(shared(a)), tower(shared(b))])) as Model;
}

function modelInModel(): Model {
  const x = input([4]);
  const encoder = model(x, layers.dense(3)(layers.batchNormalization()(x)), { name: 'encoder' });
  const outer = input([4]);
  return model(outer, layers.dense(2)(layers.add([encoder(outer), layers.dense(3)(outer)]))) as Model;
}

function deeplyNested(): Model {
  const leaf = sequential([layers.dense(3, { inputShape: [3] }), layers.layerNormalization()], { name: 'leaf' });
  const x = input([3]);
  const middle = model(x, layers.dense(3)(leaf(x)), { name: 'middle' });
  const y = input([3]);
  return model(y, layers.dense(2)(middle(middle(y)))) as Model;
}

function recurrences(): Model {
  const x = input([5, 3]);
  const both = layers.bidirectional(layers.lstm(3, { returnSequences: true }))(x);
  const each = layers.timeDistributed(layers.dense(3, { activation: 'tanh' }))(both);
  const last = layers.bidirectional(layers.gru(2, { name: 'reader' }), { mergeMode: 'sum' })(each);
  const simple = layers.simpleRnn(2)(layers.gru(3, { resetAfter: false, returnSequences: true })(each));
  return model(x, layers.dense(2)(layers.concatenate([last, simple]))) as Model;
}

function convolutions(): Model {
  const image = input([8, 8, 2]);
  const a = layers.conv2d(3, 3, { padding: 'same', activation: 'tanh' })(image);
  const b = layers.separableConv2d(3, 3, { padding: 'same' })(layers.prelu()(a));
  const c = layers.depthwiseConv2d(3, { strides: 2 })(layers.add([a, b]));
  const d = layers.conv2dTranspose(2, 2, { strides: 2 })(c);
  return model(image, layers.dense(2)(layers.globalAveragePooling2d()(d))) as Model;
}

function frozen(): Model {
  const x = input([4]);
  const base = model(x, layers.batchNormalization()(layers.dense(5, { name: 'kept' })(x)), { name: 'base' });
  base.trainable = false;
  const y = input([4]);
  return model(y, layers.dense(2)(base(y))) as Model;
}

function operations(): Model {
  const x = input([4]);
  const a: SymbolicTensor = layers.dense(3)(x);
  const b: SymbolicTensor = layers.dense(3)(x);
  return model(x, layers.dense(2)(a.mul(b).add(1))) as Model;
}

function regularized(): Model {
  const x = input([4]);
  const hidden = layers.dense(4, { kernelRegularizer: 'l2', kernelConstraint: 'max_norm', biasInitializer: 'ones' })(x);
  return model(x, layers.dense(2, { activityRegularizer: 'l1' })(hidden)) as Model;
}
