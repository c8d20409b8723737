/** Layer normalisation: every sample by its own moments over some axes. */
import { ArgumentError, describeValue, ShapeError } from '../errors.ts';
import { normalizeAxes } from '../tensor/broadcast.ts';
import { formatShape, sameShape, type Shape } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { add, mul, square, sub } from './arithmetic.ts';
import { defineOp, type Op, type TensorLike } from './define-op.ts';
import { rsqrt } from './math.ts';
import { mean } from './reductions.ts';
import { reshape } from './shaping.ts';

/** Options of `layerNorm`. */
export interface LayerNormOptions {
  /** The axis or axes of the moments; negative ones count from the end. Default -1. */
  readonly axis?: number | readonly number[];
  /** Added to the variance under the root. Default 1e-3. */
  readonly epsilon?: number;
}

interface Resolved {
  readonly axes: readonly number[];
  readonly epsilon: number;
}

type Optional = TensorLike | undefined;

/**
 * Layer normalisation: `y = gamma (x - mean) / sqrt(variance + epsilon) + beta`, the moments taken over some axes of
 * each sample, the variance biased.
 * @param gamma the sizes of x along the axes, or undefined for one
 * @param beta likewise, or undefined for zero
 * @returns x's shape
 * @throws ShapeError for a gamma or beta of another shape; ArgumentError for an axis out of range or an epsilon that is no number of at least 0
 * @see https://arxiv.org/abs/1607.06450
 * @example layerNorm(tensor([[1, 3]]), undefined, undefined, { epsilon: 0 }) // [[-1, 1]]
 */
export const layerNorm: Op<[x: TensorLike, gamma?: Optional, beta?: Optional], LayerNormOptions> =
  /* @__PURE__ */ defineOp<[x: TensorLike, gamma?: Optional, beta?: Optional], Resolved, LayerNormOptions>({
    name: 'layerNorm',
    resolve: ({ axis = -1, epsilon = 1e-3 }, [x]) => {
      if (typeof epsilon !== 'number' || !(epsilon >= 0)) {
        throw new ArgumentError(`layerNorm: epsilon is ${describeValue(epsilon)}. Give a number of at least 0.`, {
          where: 'layerNorm',
          got: epsilon,
        });
      }
      return { axes: normalizeAxes('layerNorm', axis, x.length), epsilon };
    },
    shape: ([x, gamma, beta], { axes }) => {
      const expected = axes.map((axis) => x[axis] ?? 0);
      for (const [name, shape] of Object.entries({ gamma, beta })) {
        if (shape === undefined || sameShape(shape as Shape, expected)) continue;
        throw new ShapeError(
          `layerNorm: ${name} has the shape ${formatShape(shape as Shape)}; expected ${formatShape(expected)}, the sizes of x ${formatShape(x)} along axis ${axes.join(', ')}.`,
          { where: 'layerNorm', got: shape, expected },
        );
      }
      return x;
    },
    forward: ([x, gamma, beta], { axes, epsilon }) => {
      // gamma and beta with 1 on the axes that the moments leave alone
      const along = (parameter: Tensor): Tensor =>
        reshape(
          parameter,
          x.shape.map((size, axis) => (axes.includes(axis) ? size : 1)),
        );
      const centered = sub(x, mean(x, { axis: axes, keepDims: true }));
      const scale = rsqrt(add(mean(square(centered), { axis: axes, keepDims: true }), epsilon));
      const normalized = mul(centered, gamma ? mul(scale, along(gamma)) : scale);
      return beta ? add(normalized, along(beta)) : normalized;
    },
  });
