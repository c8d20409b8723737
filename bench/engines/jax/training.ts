/** The training steps in jax-js: one jitted function of weights, moments, step and batch. */
import type { TrainingWorkload } from '../../workloads/workload.ts';
import type { Jax, JaxArray } from './api.ts';
import { jaxConv2d, jaxLstm } from './layers.ts';

/** Weights, first and second moments, and the number of the step as a scalar. */
export type JaxState = [
  weights: readonly JaxArray[],
  means: readonly JaxArray[],
  squares: readonly JaxArray[],
  step: JaxArray,
];

/** Takes over all of its arguments. */
export type JaxStep = (...args: [...JaxState, x: JaxArray, y: JaxArray]) => readonly [loss: JaxArray, ...JaxState];

export function jaxStep(jax: Jax, kind: TrainingWorkload['kind']): JaxStep {
  const { numpy } = jax;
  return jax.jit<[...JaxState, JaxArray, JaxArray], [JaxArray, ...JaxState]>((weights, means, squares, step, x, y) => {
    const kept = weights.map((weight) => weight.ref);
    const loss = (leaves: readonly JaxArray[]): JaxArray => jaxLoss(jax, kind, leaves, x, y);
    const [value, gradients] = jax.valueAndGrad<[readonly JaxArray[]]>(loss)(weights);
    const next = step.add(1);
    // 1 - beta^step, as powers are exp(step log(beta)).
    const correction = (beta: number): JaxArray => power(jax, beta, next.ref).neg().add(1);
    const rate = numpy.sqrt(correction(0.999)).div(correction(0.9)).mul(0.001);
    const nextMeans = means.map((mean, i) => mean.mul(0.9).add(gradients[i]!.ref.mul(0.1)));
    const nextSquares = squares.map((square, i) => square.mul(0.999).add(numpy.square(gradients[i]!).mul(0.001)));
    const nextWeights = kept.map((weight, i) => {
      const change = rate.ref.mul(nextMeans[i]!.ref).div(numpy.sqrt(nextSquares[i]!.ref).add(1e-7));
      return weight.sub(change);
    });
    rate.dispose();
    return [value, nextWeights, nextMeans, nextSquares, next];
  });
}

function power(jax: Jax, base: number, exponent: JaxArray): JaxArray {
  return jax.numpy.exp(exponent.mul(Math.log(base)));
}

function jaxLoss(
  jax: Jax,
  kind: TrainingWorkload['kind'],
  weights: readonly JaxArray[],
  x: JaxArray,
  y: JaxArray,
): JaxArray {
  const { nn, numpy } = jax;
  const dense = (input: JaxArray, at: number): JaxArray => numpy.matmul(input, weights[at]!).add(weights[at + 1]!);
  const crossentropy = (logits: JaxArray): JaxArray => nn.logSoftmax(logits, -1).mul(y).sum(-1).mean().neg();
  switch (kind) {
    case 'mlp':
      return crossentropy(dense(nn.relu(dense(nn.relu(dense(x, 0)), 2)), 4));
    case 'cnn': {
      const block = (input: JaxArray, at: number): JaxArray =>
        halved(jax, nn.relu(jaxConv2d(jax, input, weights[at]!).add(weights[at + 1]!)));
      const features = block(block(x, 0), 2);
      return crossentropy(dense(features.reshape([x.shape[0] ?? 0, -1]), 4));
    }
    case 'lstmRegression': {
      const states = jaxLstm(jax, x, weights[0]!, weights[1]!, weights[2]!);
      const last = states.pop()!;
      for (const state of states) state.dispose();
      return numpy.square(dense(last, 3).sub(y)).mean();
    }
  }
}

/** Max pooling of 2 x 2 cells. */
function halved({ numpy }: Jax, x: JaxArray): JaxArray {
  const [batch = 0, height = 0, width = 0, channels = 0] = x.shape;
  return numpy.max(x.reshape([batch, height / 2, 2, width / 2, 2, channels]), [2, 4]);
}
