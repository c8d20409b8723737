/** Whole models with their data, losses and optimizers: what the promises of the engine are tried on. */
import * as gt from 'gradtape';
import { layers, losses, ops, optimizers } from 'gradtape';
import type { Optimizer } from '../../../src/optimizers/index.ts';

export interface Network {
  readonly net: gt.Model;
  readonly optimizer: Optimizer;
  readonly inputs: readonly gt.Tensor[];
  /** The total loss of the outputs. */
  readonly loss: (outputs: readonly gt.Tensor[]) => gt.Tensor;
}

function whole(shape: readonly number[], limit: number): gt.Tensor {
  return ops.floor(ops.randomUniform(shape, { maximum: limit, seed: limit }));
}

/** Two hidden layers; trained with Adam. */
export function perceptron(): Network {
  const x = gt.input([12]);
  const hidden = layers.dense(24, { activation: 'gelu' })(layers.dense(32, { activation: 'relu' })(x));
  const labels = whole([16], 5);
  return {
    net: gt.model(x, layers.dense(5)(hidden)),
    optimizer: optimizers.adam({ learningRate: 0.01 }),
    inputs: [ops.randomNormal([16, 12], { seed: 1 })],
    loss: ([logits]) => losses.sparseCategoricalCrossentropy(labels, logits as gt.Tensor, { fromLogits: true }),
  };
}

/** Convolutions of all kinds, batch normalization, pooling, dropout and a residual; SGD with momentum and clipping. */
export function convolutional(): Network {
  const image = gt.input([8, 8, 2]);
  let x = layers.conv2d(4, 3, { padding: 'same', useBias: false })(image);
  x = layers.activation('relu')(layers.batchNormalization()(x));
  x = layers.add([x, layers.depthwiseConv2d(3, { padding: 'same' })(x)]);
  x = layers.maxPooling2d(2)(layers.separableConv2d(6, 3, { activation: 'silu', padding: 'same' })(x));
  x = layers.dropout(0.25)(layers.flatten()(layers.averagePooling2d(2, { strides: 1 })(x)));
  const labels = whole([6], 3);
  return {
    net: gt.model(image, layers.dense(3, { activation: 'softmax' })(x)),
    optimizer: optimizers.sgd({ learningRate: 0.05, momentum: 0.9, nesterov: true, globalClipnorm: 1 }),
    inputs: [ops.randomNormal([6, 8, 8, 2], { seed: 2 })],
    loss: ([probabilities]) => losses.sparseCategoricalCrossentropy(labels, probabilities as gt.Tensor),
  };
}

/** Text and numbers in, a class and a score out, with a shared dense layer, an LSTM with dropout and a model as a layer. */
export function recurrent(): Network {
  const text = gt.input([null], { dtype: 'int32', name: 'text' });
  const figures = gt.input([4], { name: 'figures' });
  const inner = gt.input([4]);
  const encoder = gt.model(inner, layers.dropout(0.5)(layers.dense(6, { activation: 'tanh' })(inner)));
  const steps = layers.conv1d(5, 3, { padding: 'causal' })(layers.embedding(20, 4)(text));
  const encoded = layers.lstm(6, { dropout: 0.25, recurrentDropout: 0.25 })(steps);
  const shared = layers.dense(4, { activation: 'sigmoid' });
  const joined = layers.concatenate([shared(encoded), shared(encoder(figures)), layers.globalMaxPooling1d()(steps)]);
  const labels = whole([5], 3);
  const scores = ops.randomNormal([5, 1], { seed: 4 });
  return {
    net: gt.model([text, figures], [layers.dense(3, { activation: 'softmax' })(joined), layers.dense(1)(joined)]),
    optimizer: optimizers.rmsprop({ learningRate: 0.01, momentum: 0.5, centered: true }),
    inputs: [whole([5, 7], 20), ops.randomNormal([5, 4], { seed: 3 })],
    loss: ([classes, score]) =>
      ops.add(
        losses.sparseCategoricalCrossentropy(labels, classes as gt.Tensor),
        ops.mul(losses.meanSquaredError(scores, score as gt.Tensor), 0.25),
      ),
  };
}

/** One training step, written with the pieces that fit uses. */
export function trainingStep({ net, optimizer, loss }: Network): (inputs: readonly gt.Tensor[]) => gt.Tensor {
  const weights = net.trainableWeights;
  return (inputs) => {
    const run = (): gt.Tensor => {
      const result = net(inputs.length === 1 ? (inputs[0] as gt.Tensor) : inputs, { training: true }) as
        gt.Tensor | readonly gt.Tensor[];
      return loss(result instanceof gt.Tensor ? [result] : result);
    };
    const [value, gradients] = gt.valueAndGrad(run, weights);
    optimizer.apply(gradients, weights);
    return value;
  };
}
