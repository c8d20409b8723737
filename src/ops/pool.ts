/** Maximum and average pooling, and their gradients: sums over windows of cells, or of the one cell that was the maximum. */
import {
  avgPoolGradKernel,
  avgPoolKernel,
  maxPoolGradKernel,
  maxPoolKernel,
  poolGatherKernel,
  type PoolOptions,
} from '../../kernels/pool/index.ts';
import { ShapeError } from '../errors.ts';
import { formatShape, sizeOf, type Shape } from '../tensor/shape.ts';
import { MAX_EXACT_INTEGER, type Tensor } from '../tensor/tensor.ts';
import { defineOp, type Op, type TensorLike } from './define-op.ts';
import { reshape } from './shaping.ts';
import { checkImage, positiveInteger, toPadding, toPair, windowCounts, type Pair } from './windows.ts';

/** Options of `maxPool2d` and `avgPool2d`. */
export interface Pool2dCallOptions {
  /** Size of a window. Default 2. */
  readonly poolSize?: Pair;
  /** Cells from one window to the next. Default `poolSize`. */
  readonly strides?: Pair | undefined;
  /** `'same'` gives `ceil(size / stride)` windows; padding is never the maximum and counts in no average. Default `'valid'`. */
  readonly padding?: 'valid' | 'same';
}

/** Options of `maxPool1d` and `avgPool1d`: those of `maxPool2d`, in steps. */
export interface Pool1dCallOptions {
  readonly poolSize?: number;
  readonly strides?: number | undefined;
  readonly padding?: 'valid' | 'same';
}

/**
 * The largest value of each window of an image; of equal ones the first takes the gradient.
 * @param x `[batch, height, width, channels]`
 * @returns `[batch, outHeight, outWidth, channels]`
 * @throws ShapeError when x is no batch of images or a window is larger than the image
 * @example maxPool2d(images, { poolSize: 2 })
 */
export const maxPool2d: Op<[x: TensorLike], Pool2dCallOptions> = /* @__PURE__ */ defineOp<
  [x: TensorLike],
  PoolOptions,
  Pool2dCallOptions
>({
  name: 'maxPool2d',
  kernel: maxPoolKernel,
  resolve: (options) => resolvePool2d('maxPool2d', options),
  // The second output says where the maxima were.
  shape: ([x], options) => {
    const shape = poolShape('maxPool2d', x, options.poolSize, options);
    checkIndexable('maxPool2d', x);
    return [shape, shape];
  },
  gradient: ({ inputs: [x], outputs: [, indices], gradients: [dy], options }) => [
    indices && (() => maxPoolGrad(dy, indices, { ...options, shape: x.shape })),
  ],
});

/** @internal Each element of dy at the position in a zero image that its index names: the gradient of `maxPool2d`. */
export const maxPoolGrad: Op<[dy: TensorLike, indices: TensorLike], PoolOptions & { readonly shape: Shape }> =
  /* @__PURE__ */ defineOp<[dy: TensorLike, indices: TensorLike], PoolOptions & { readonly shape: Shape }>({
    name: 'maxPoolGrad',
    kernel: maxPoolGradKernel,
    shape: (_inputs, { shape }) => shape,
    gradient: ({ inputs: [, indices], gradients: [gradient], options: { shape: _shape, ...options } }) => [
      () => poolGather(gradient, indices, options),
      undefined,
    ],
  });

/** @internal The elements of an image at the positions that indices name: the transpose of `maxPoolGrad`. */
export const poolGather: Op<[x: TensorLike, indices: TensorLike], PoolOptions> = /* @__PURE__ */ defineOp<
  [x: TensorLike, indices: TensorLike],
  PoolOptions
>({
  name: 'poolGather',
  kernel: poolGatherKernel,
  shape: ([, indices]) => indices,
  gradient: ({ inputs: [x, indices], gradients: [gradient], options }) => [
    () => maxPoolGrad(gradient, indices, { ...options, shape: x.shape }),
    undefined,
  ],
});

/**
 * The mean of each window of an image, over the cells that are not padding.
 * @param x `[batch, height, width, channels]`
 * @returns `[batch, outHeight, outWidth, channels]`
 * @throws ShapeError when x is no batch of images or a window is larger than the image
 * @example avgPool2d(images, { poolSize: [2, 3], strides: 1, padding: 'same' })
 */
export const avgPool2d: Op<[x: TensorLike], Pool2dCallOptions> = /* @__PURE__ */ defineOp<
  [x: TensorLike],
  PoolOptions,
  Pool2dCallOptions
>({
  name: 'avgPool2d',
  kernel: avgPoolKernel,
  resolve: (options) => resolvePool2d('avgPool2d', options),
  shape: ([x], options) => poolShape('avgPool2d', x, options.poolSize, options),
  // linear: the two are each other's transpose
  gradient: ({ inputs: [x], gradients: [dy], options }) => [() => avgPoolGrad(dy, { ...options, shape: x.shape })],
});

/** @internal Each element of dy spread evenly over the cells of its window: the gradient of `avgPool2d`. */
export const avgPoolGrad: Op<[dy: TensorLike], PoolOptions & { readonly shape: Shape }> = /* @__PURE__ */ defineOp<
  [dy: TensorLike],
  PoolOptions & { readonly shape: Shape }
>({
  name: 'avgPoolGrad',
  kernel: avgPoolGradKernel,
  shape: (_inputs, { shape }) => shape,
  gradient: ({ gradients: [gradient], options: { shape: _shape, ...options } }) => [() => avgPool2d(gradient, options)],
});

/**
 * The largest value of each window over steps.
 * @param x `[batch, steps, channels]`
 * @returns `[batch, outSteps, channels]`
 * @throws ShapeError when x is no batch of sequences or a window is longer than them
 * @example maxPool1d(sequences, { poolSize: 5 })
 */
export const maxPool1d: Op<[x: TensorLike], Pool1dCallOptions> = /* @__PURE__ */ definePool1d('maxPool1d', maxPool2d);

/**
 * The mean of each window over steps, over those that are not padding.
 * @param x `[batch, steps, channels]`
 * @returns `[batch, outSteps, channels]`
 * @throws ShapeError when x is no batch of sequences or a window is longer than them
 * @example avgPool1d(sequences, { poolSize: 5, strides: 1 })
 */
export const avgPool1d: Op<[x: TensorLike], Pool1dCallOptions> = /* @__PURE__ */ definePool1d('avgPool1d', avgPool2d);

/** A sequence is an image of width 1. */
function definePool1d(
  name: string,
  pool2d: Op<[x: TensorLike], Pool2dCallOptions>,
): Op<[x: TensorLike], Pool1dCallOptions> {
  return defineOp<[x: TensorLike], PoolOptions, Pool1dCallOptions>({
    name,
    resolve: ({ poolSize = 2, strides = poolSize, padding }) => ({
      poolSize: [positiveInteger(name, 'poolSize', poolSize), 1],
      strides: [positiveInteger(name, 'strides', strides), 1],
      padding: toPadding(name, padding, ['valid', 'same']),
    }),
    shape: ([x], { poolSize: [taps], strides: [stride], padding }) =>
      poolShape(name, x, [taps], { strides: [stride], padding }),
    forward: ([x], options): Tensor => {
      const [batch = 0, steps = 0, channels = 0] = x.shape;
      const y = pool2d(reshape(x, [batch, steps, 1, channels]), options);
      return reshape(y, [batch, y.shape[1] ?? 0, channels]);
    },
  });
}

function resolvePool2d(where: string, { poolSize = 2, strides = poolSize, padding }: Pool2dCallOptions): PoolOptions {
  return {
    poolSize: toPair(where, 'poolSize', poolSize),
    strides: toPair(where, 'strides', strides),
    padding: toPadding(where, padding, ['valid', 'same']),
  };
}

function poolShape(
  where: string,
  x: Shape,
  poolSize: readonly number[],
  { strides, padding }: { readonly strides: readonly number[]; readonly padding: 'valid' | 'same' },
): Shape {
  checkImage(where, x, poolSize.length);
  const counts = windowCounts(where, x, poolSize, { strides, dilationRate: poolSize.map(() => 1), padding });
  return [...x.slice(0, 1), ...counts, ...x.slice(-1)];
}

// Positions are kept as float32, which holds integers up to 2^24.
function checkIndexable(where: string, x: Shape): void {
  const size = sizeOf(x.slice(1));
  if (size <= MAX_EXACT_INTEGER) return;
  throw new ShapeError(
    `${where}: an image of ${formatShape(x.slice(1))} has ${size} values; at most 2^24 can be told apart. Pool it in parts.`,
    { where, got: x },
  );
}
