/** Matrix products: over the last two axes, of vectors and matrices, and the affine map of dense layers. */
import { matmulKernel, type MatmulOptions } from '../../kernels/matmul/index.ts';
import { ShapeError } from '../errors.ts';
import { broadcastShapes } from '../tensor/broadcast.ts';
import { formatShape, type Shape } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { sumToShape } from './broadcasting.ts';
import { defineOp, type Op, type TensorLike } from './define-op.ts';
import { reshape } from './shaping.ts';

/** Options of `matmul`: whether an operand is given transposed. Default false. */
export type MatmulCallOptions = Partial<MatmulOptions>;

/**
 * Matrix product over the last two axes, batched over the others: `C = A B`.
 * @param a `[..., m, k]` (`[..., k, m]` with `transposeA`)
 * @param b `[..., k, n]` (`[..., n, k]` with `transposeB`)
 * @returns `[..., m, n]`; the batch axes of both broadcast
 * @throws ShapeError when an operand has fewer than two axes, the inner sizes differ, or the batch axes do not broadcast
 * @example matmul(tensor([[1, 2]]), tensor([[3], [4]])) // [[11]]
 */
export const matmul: Op<[a: TensorLike, b: TensorLike], MatmulCallOptions> = /* @__PURE__ */ defineOp<
  [a: TensorLike, b: TensorLike],
  MatmulOptions,
  MatmulCallOptions
>({
  name: 'matmul',
  kernel: matmulKernel,
  resolve: ({ transposeA = false, transposeB = false }) => ({ transposeA, transposeB }),
  shape: ([a, b], options) => productShape(a, b, options),
  // C = A B: dA = dC Bᵀ, dB = Aᵀ dC; the gradient of a transposed operand is the transpose of that: Aᵀ gets B dCᵀ, Bᵀ gets dCᵀ A.
  gradient: ({ inputs: [a, b], gradients: [dc], options: { transposeA, transposeB } }) => [
    () => {
      const da = transposeA
        ? matmul(b, dc, { transposeA: transposeB, transposeB: true })
        : matmul(dc, b, { transposeB: !transposeB });
      return sumToShape(da, a.shape);
    },
    () => {
      // One B for all matrices of A: their rows are those of one tall matrix, and nothing is left to sum.
      const tall = b.rank === 2 && !transposeA;
      const left = tall ? asRows(a) : a;
      const dLeft = tall ? asRows(dc) : dc;
      const db = transposeB
        ? matmul(dLeft, left, { transposeA: true, transposeB: transposeA })
        : matmul(left, dLeft, { transposeA: !transposeA });
      return sumToShape(db, b.shape);
    },
  ],
});

/**
 * The affine map of a dense layer, `y = x kernel + bias`, over the last axis of x.
 * @param x `[..., features]`, any rank of at least 1
 * @param kernel `[features, units]`
 * @param bias `[units]`, or undefined for none
 * @returns `[..., units]`
 * @throws ShapeError when the features differ or the bias is not one number per unit
 * @example affine(tensor([1, 2]), tensor([[3], [4]]), tensor([5])) // [16]
 */
export const affine: Op<[x: TensorLike, kernel: TensorLike, bias?: TensorLike | undefined]> = /* @__PURE__ */ defineOp<
  [x: TensorLike, kernel: TensorLike, bias?: TensorLike | undefined],
  MatmulOptions,
  Record<string, never>
>({
  name: 'affine',
  kernel: matmulKernel,
  resolve: () => ({ transposeA: false, transposeB: false }),
  shape: ([x, kernel, bias]) => affineShape(x, kernel, bias),
  // dx = dy kernelᵀ, dKernel = xᵀ dy, dBias = the sum of dy over all rows
  gradient: ({ inputs: [x, kernel, bias], gradients: [dy] }) => [
    () => reshape(matmul(asRows(dy), kernel, { transposeB: true }), x.shape),
    () => matmul(asRows(x), asRows(dy), { transposeA: true }),
    bias && (() => sumToShape(dy, bias.shape)),
  ],
});

/**
 * The product of vectors and matrices: inner product, matrix times vector, vector times matrix or matrix product.
 * @param a `[k]` or `[m, k]`
 * @param b `[k]` or `[k, n]`
 * @returns a scalar, `[m]`, `[n]` or `[m, n]`
 * @throws ShapeError for other ranks or when the inner sizes differ
 * @example dot(tensor([1, 2]), tensor([3, 4])) // 11
 */
export const dot: Op<[a: TensorLike, b: TensorLike]> = /* @__PURE__ */ defineOp<
  [a: TensorLike, b: TensorLike],
  undefined,
  Record<string, never>
>({
  name: 'dot',
  resolve: () => undefined,
  shape: ([a, b]) => dotShape(a, b),
  forward: ([a, b]) => {
    const left = a.rank === 1 ? reshape(a, [1, a.size]) : a;
    const right = b.rank === 1 ? reshape(b, [b.size, 1]) : b;
    return reshape(matmul(left, right), dotShape(a.shape, b.shape));
  },
});

/** All axes but the last folded into one: `[..., features]` to `[rows, features]`. */
function asRows(x: Tensor): Tensor {
  const features = x.shape.at(-1) ?? 1;
  return x.rank === 2 ? x : reshape(x, [x.shape.slice(0, -1).reduce((rows, length) => rows * length, 1), features]);
}

function productShape(a: Shape, b: Shape, { transposeA, transposeB }: MatmulOptions): Shape {
  if (a.length < 2 || b.length < 2) {
    throw new ShapeError(
      `matmul: both operands need at least 2 axes, got ${formatShape(a)} and ${formatShape(b)}. Use dot() for vectors, or reshape() them to matrices.`,
      { where: 'matmul', got: [a, b] },
    );
  }
  const [m, depthOfA] = matrixSizes(a, transposeA);
  const [depthOfB, n] = matrixSizes(b, transposeB);
  if (depthOfA !== depthOfB) {
    throw new ShapeError(
      `matmul: the inner sizes ${depthOfA} and ${depthOfB} differ (a ${describe(a, transposeA)}, b ${describe(b, transposeB)}). ` +
        'The last axis of a and the last but one of b must be equal; transposeA and transposeB swap the last two axes of an operand.',
      { where: 'matmul', got: [a, b] },
    );
  }
  return [...broadcastShapes('matmul (batch axes)', [a.slice(0, -2), b.slice(0, -2)]), m, n];
}

function matrixSizes(shape: Shape, transposed: boolean): readonly [rows: number, columns: number] {
  const rows = shape.at(-2) ?? 1;
  const columns = shape.at(-1) ?? 1;
  return transposed ? [columns, rows] : [rows, columns];
}

function describe(shape: Shape, transposed: boolean): string {
  return transposed ? `${formatShape(shape)} transposed` : formatShape(shape);
}

function affineShape(x: Shape, kernel: Shape, bias: Shape | undefined): Shape {
  const [features, units] = kernel;
  if (x.length === 0 || kernel.length !== 2 || features === undefined || units === undefined) {
    throw new ShapeError(
      `affine: expected x [..., features] and a kernel [features, units], got ${formatShape(x)} and ${formatShape(kernel)}.`,
      { where: 'affine', got: [x, kernel] },
    );
  }
  if (x.at(-1) !== features) {
    throw new ShapeError(
      `affine: x has ${x.at(-1)} features but the kernel expects ${features} (x ${formatShape(x)}, kernel ${formatShape(kernel)}). ` +
        'The last axis of x and the first of the kernel must be equal.',
      { where: 'affine', got: x, expected: [...x.slice(0, -1), features] },
    );
  }
  if (bias && (bias.length !== 1 || bias[0] !== units)) {
    throw new ShapeError(`affine: the bias has the shape ${formatShape(bias)}; ${units} units take [${units}].`, {
      where: 'affine',
      got: bias,
      expected: [units],
    });
  }
  return [...x.slice(0, -1), units];
}

function dotShape(a: Shape, b: Shape): Shape {
  const ranksFit = [a, b].every(({ length }) => length === 1 || length === 2);
  if (!ranksFit) {
    throw new ShapeError(
      `dot: the operands need 1 or 2 axes, got ${formatShape(a)} and ${formatShape(b)}. Use matmul() for batches, mul() for scalars.`,
      { where: 'dot', got: [a, b] },
    );
  }
  if (a.at(-1) !== b[0]) {
    throw new ShapeError(
      `dot: the inner sizes ${a.at(-1)} and ${b[0]} differ (a ${formatShape(a)}, b ${formatShape(b)}). The last axis of a and the first of b must be equal.`,
      { where: 'dot', got: [a, b] },
    );
  }
  return [...a.slice(0, -1), ...b.slice(1)];
}
