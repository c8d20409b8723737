/** The workloads as TensorFlow.js has them. */
import { SMALL_PRODUCTS } from '../../workloads/small.ts';
import type { TrainingWorkload, Workload } from '../../workloads/workload.ts';
import type { Tf, TfTensor, TfVariable } from './api.ts';

export type TfOperation = (operands: readonly TfTensor[]) => TfTensor[];

export function tfOperationOf(tf: Tf, workload: Exclude<Workload, TrainingWorkload>): TfOperation {
  switch (workload.kind) {
    case 'matmul':
      return ([a, b]) => [tf.matMul(a!, b!, workload.transposeA, workload.transposeB)];
    case 'conv2d':
      return ([x, filters]) => [tf.conv2d(x!, filters!, 1, 'same')];
    case 'conv2dInputGrad':
      return ([dy, filters]) => [tf.conv2dTranspose(dy!, filters!, dy!.shape, 1, 'same')];
    case 'conv2dFilterGrad':
      // The gradient's kernel by itself: tf.grad would run the convolution too.
      return ([x, dy]) => [
        tf
          .engine()
          .runKernel(
            'Conv2DBackpropFilter',
            { x: x!, dy: dy! },
            { strides: 1, pad: 'same', dataFormat: 'NHWC', filterShape: [3, 3, x!.shape[3], dy!.shape[3]] },
          ),
      ];
    case 'conv1d':
      return ([x, filters]) => [tf.conv1d(x!, filters!, 1, 'same')];
    case 'depthwise':
      return ([x, filters]) => [tf.depthwiseConv2d(x!, filters!, 1, 'same')];
    case 'separable':
      return ([x, depthwise, pointwise]) => [tf.separableConv2d(x!, depthwise!, pointwise!, 1, 'same')];
    case 'lstm':
      return ([x, kernel, recurrent, bias]) => [tf.stack(tfLstm(tf, x!, kernel!, recurrent!, bias!), 1)];
    case 'lstmGradients':
      return ([x, kernel, recurrent, bias, dy]) => {
        const variables = [x!, kernel!, recurrent!, bias!].map((operand) => tf.variable(operand));
        const { grads, value } = tf.variableGrads(() => {
          const [input, ...weights] = variables as [TfVariable, TfVariable, TfVariable, TfVariable];
          return tf.sum(tf.mul(tf.stack(tfLstm(tf, input, ...weights), 1), dy!));
        }, variables);
        value.dispose();
        for (const variable of variables) variable.dispose();
        // In the order in which the variables were made, which their names count.
        return Object.keys(grads)
          .toSorted((one, other) => Number(one) - Number(other))
          .map((name) => grads[name]!);
      };
    case 'batchNorm':
      return ([x, gamma, beta]) => {
        const { mean, variance } = tf.moments(x!, [0, 1, 2]);
        return [tf.batchNorm(x!, mean, variance, beta!, gamma!, 1e-3)];
      };
    case 'eagerAdd':
      return ([a, b]) => [tf.add(a!, b!)];
    case 'smallProducts':
      return ([x, matrix]) => {
        let product = x!;
        for (let i = 0; i < SMALL_PRODUCTS; i++) product = tf.matMul(product, matrix!);
        return [product];
      };
  }
}

/**
 * An LSTM step by step, as its Keras-like layer does it, but with the products of the inputs taken at once.
 * @returns the hidden state `[batch, units]` after each step
 */
export function tfLstm(tf: Tf, x: TfTensor, kernel: TfTensor, recurrent: TfTensor, bias: TfTensor): TfTensor[] {
  const [batch = 0, steps = 0, features = 0] = x.shape;
  const units = recurrent.shape[0] ?? 0;
  const flat = tf.reshape(x, [batch * steps, features]);
  const projected = tf.reshape(tf.add(tf.matMul(flat, kernel), bias), [batch, steps, 4 * units]);
  let hidden = tf.zeros([batch, units]);
  let cell = tf.zeros([batch, units]);
  return tf.unstack(projected, 1).map((input) => {
    const [i, f, c, o] = tf.split(tf.add(input, tf.matMul(hidden, recurrent)), 4, 1);
    cell = tf.add(tf.mul(tf.sigmoid(f!), cell), tf.mul(tf.sigmoid(i!), tf.tanh(c!)));
    hidden = tf.mul(tf.sigmoid(o!), tf.tanh(cell));
    return hidden;
  });
}
