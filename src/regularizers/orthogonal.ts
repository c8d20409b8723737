/** A penalty on rows or columns of a matrix that are not at right angles. Source: Keras `OrthogonalRegularizer`. */
import { ArgumentError, ShapeError } from '../errors.ts';
import { abs, div, matmul, maximum, mul, sqrt, square, sum } from '../ops/index.ts';
import { formatShape } from '../tensor/shape.ts';
import { tensor, type Tensor } from '../tensor/tensor.ts';
import { checkFactor, optionsOf } from './norms.ts';
import type { Regularizer } from './regularizer.ts';

/** Options of `orthogonalRegularizer`. */
export interface OrthogonalRegularizerOptions {
  /** Default 0.01. */
  readonly factor?: number;
  /** Which vectors are to be orthogonal. Default `'rows'`. */
  readonly mode?: 'rows' | 'columns';
}

/**
 * The penalty `factor sum(|cos(w_i, w_j)|) / 2` over all pairs of different rows (or columns), divided by their number.
 * @param options the factor, as a number or as `factor`, default 0.01; mode `'rows'`
 * @throws ArgumentError for another mode or a negative factor; ShapeError for a weight that is no matrix
 * @example layers.dense(8, { kernelRegularizer: regularizers.orthogonalRegularizer({ mode: 'columns' }) })
 */
export function orthogonalRegularizer(options: number | OrthogonalRegularizerOptions = {}): Regularizer {
  const where = 'orthogonalRegularizer';
  const given =
    typeof options === 'number' ? { factor: options } : optionsOf<OrthogonalRegularizerOptions>(where, options);
  const factor = checkFactor(where, 'factor', given.factor ?? 0.01);
  const mode = given.mode ?? 'rows';
  if (mode !== 'rows' && mode !== 'columns') {
    throw new ArgumentError(`${where}: mode is ${String(mode)}. Give 'rows' or 'columns'.`, { where, got: mode });
  }
  return {
    className: 'OrthogonalRegularizer',
    apply(x) {
      const [rows = 0, columns = 0] = x.shape;
      if (x.rank !== 2) {
        throw new ShapeError(
          `${where}: the weight has the shape ${formatShape(x.shape)}; only matrices have ${mode}.`,
          {
            where,
            got: x.shape,
          },
        );
      }
      const size = mode === 'rows' ? rows : columns;
      const norm = sqrt(maximum(sum(square(x), { axis: mode === 'rows' ? 1 : 0, keepDims: true }), EPSILON));
      const unit = div(x, norm);
      const product = matmul(unit, unit, mode === 'rows' ? { transposeB: true } : { transposeA: true });
      const pairs = (size * (size - 1)) / 2;
      if (pairs === 0) return mul(sum(product), 0);
      return div(mul(sum(abs(mul(product, offDiagonal(size)))), factor * 0.5), pairs);
    },
    getConfig: () => ({ factor, mode }),
  };
}

// Keras keeps norms away from 0 with the square of its epsilon.
const EPSILON = 1e-14;

// 1 everywhere but on the diagonal.
function offDiagonal(size: number): Tensor {
  const ones = new Float32Array(size * size).fill(1);
  for (let i = 0; i < size; i++) ones[i * size + i] = 0;
  return tensor(ones, [size, size]);
}
