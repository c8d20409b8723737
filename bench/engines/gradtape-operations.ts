/** The workloads without a state, as functions of tensors. */
import { grad, ops, type Tensor } from 'gradtape';
import { conv2dFilterGrad, conv2dInputGrad, resolveConv2d } from '../../src/ops/conv2d.ts';
import { SMALL_PRODUCTS } from '../workloads/small.ts';
import type { TrainingWorkload, Workload } from '../workloads/workload.ts';

export type Operation = (operands: readonly Tensor[]) => readonly Tensor[];

const SAME = { padding: 'same' } as const;

/** @param shapes those of the operands */
export function operationOf(
  workload: Exclude<Workload, TrainingWorkload>,
  shapes: readonly (readonly number[])[],
): Operation {
  switch (workload.kind) {
    case 'matmul': {
      const { transposeA, transposeB } = workload;
      return ([a, b]) => [ops.matmul(a!, b!, { transposeA, transposeB })];
    }
    case 'conv2d':
      return ([x, filters]) => [ops.conv2d(x!, filters!, SAME)];
    case 'conv2dInputGrad': {
      const options = { ...resolveConv2d('bench', SAME), shape: shapes[0] ?? [] };
      return ([dy, filters]) => [conv2dInputGrad(dy!, filters!, options)];
    }
    case 'conv2dFilterGrad': {
      const options = { ...resolveConv2d('bench', SAME), shape: [3, 3, shapes[0]?.[3] ?? 0, shapes[1]?.[3] ?? 0] };
      return ([x, dy]) => [conv2dFilterGrad(x!, dy!, options)];
    }
    case 'conv1d':
      return ([x, filters]) => [ops.conv1d(x!, filters!, SAME)];
    case 'depthwise':
      return ([x, filters]) => [ops.depthwiseConv2d(x!, filters!, SAME)];
    case 'separable':
      return ([x, depthwise, pointwise]) => [ops.separableConv2d(x!, depthwise!, pointwise!, SAME)];
    case 'lstm':
      return ([x, kernel, recurrent, bias]) => [ops.lstm(x!, kernel!, recurrent!, bias!).sequence];
    case 'lstmGradients':
      return ([x, kernel, recurrent, bias, dy]) => {
        const weighted = (...inputs: readonly Tensor[]): Tensor =>
          ops.sum(ops.mul(ops.lstm(inputs[0]!, inputs[1]!, inputs[2]!, inputs[3]).sequence, dy!));
        return grad(weighted, { argnums: [0, 1, 2, 3] })(x!, kernel!, recurrent!, bias!);
      };
    case 'batchNorm':
      return ([x, gamma, beta]) => [ops.batchNormTraining(x!, gamma!, beta!).y];
    case 'eagerAdd':
      return ([a, b]) => [ops.add(a!, b!)];
    case 'smallProducts':
      return ([x, matrix]) => {
        let product = x!;
        for (let i = 0; i < SMALL_PRODUCTS; i++) product = ops.matmul(product, matrix!);
        return [product];
      };
  }
}
