/** The workloads as jax-js has them. */
import { SMALL_PRODUCTS } from '../../workloads/small.ts';
import type { TrainingWorkload, Workload } from '../../workloads/workload.ts';
import type { Jax, JaxArray } from './api.ts';
import { jaxConv1d, jaxConv2d, jaxConv2dFilterGrad, jaxConv2dInputGrad, jaxDepthwise, jaxLstm } from './layers.ts';

/** Takes over its operands, as all functions of jax-js do. */
export type JaxOperation = (...operands: JaxArray[]) => JaxArray[];

export function jaxOperationOf(jax: Jax, workload: Exclude<Workload, TrainingWorkload>): JaxOperation {
  const { numpy } = jax;
  switch (workload.kind) {
    case 'matmul': {
      const { transposeA, transposeB } = workload;
      return (a, b) => [numpy.matmul(transposeA ? a!.transpose() : a!, transposeB ? b!.transpose() : b!)];
    }
    case 'conv2d':
      return (x, filters) => [jaxConv2d(jax, x!, filters!)];
    case 'conv2dInputGrad':
      return (dy, filters) => [jaxConv2dInputGrad(jax, dy!, filters!)];
    case 'conv2dFilterGrad':
      return (x, dy) => [jaxConv2dFilterGrad(jax, x!, dy!)];
    case 'conv1d':
      return (x, filters) => [jaxConv1d(jax, x!, filters!)];
    case 'depthwise':
      return (x, filters) => [jaxDepthwise(jax, x!, filters!)];
    case 'separable':
      return (x, depthwise, pointwise) => [jaxConv2d(jax, jaxDepthwise(jax, x!, depthwise!), pointwise!)];
    case 'lstm':
      return (x, kernel, recurrent, bias) => [numpy.stack(jaxLstm(jax, x!, kernel!, recurrent!, bias!), 1)];
    case 'lstmGradients':
      return (x, kernel, recurrent, bias, dy) => {
        const weighted = (inputs: readonly JaxArray[]): JaxArray => {
          const states = jaxLstm(jax, inputs[0]!, inputs[1]!, inputs[2]!, inputs[3]!);
          return numpy.stack(states, 1).mul(dy!).sum();
        };
        return [...jax.grad(weighted)([x!, kernel!, recurrent!, bias!])];
      };
    case 'batchNorm':
      return (x, gamma, beta) => {
        const mean = x!.ref.mean([0, 1, 2]);
        const centered = x!.sub(mean);
        const variance = numpy.square(centered.ref).mean([0, 1, 2]);
        const scale = gamma!.div(numpy.sqrt(variance.add(1e-3)));
        return [centered.mul(scale).add(beta!)];
      };
    case 'eagerAdd':
      return (a, b) => [a!.add(b!)];
    case 'smallProducts':
      return (x, matrix) => {
        let product = x!;
        for (let i = 0; i < SMALL_PRODUCTS; i++) product = numpy.matmul(product, matrix!.ref);
        matrix!.dispose();
        return [product];
      };
  }
}
