/**
 * Calls of the normalisations. Where `epsilon` is small, a variance near 0 would make them too steep for central
 * differences: there x is spread, by adding 3 and subtracting 3 in turn along what the moments are taken over.
 */
import type fc from 'fast-check';
import type { BatchNormCallOptions } from '../../ops/batch-norm.ts';
import type { LayerNormOptions } from '../../ops/layer-norm.ts';
import { normalizeAxes } from '../../tensor/broadcast.ts';
import { stridesOf, type Shape } from '../../tensor/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { fastCheck } from '../fast-check.ts';
import { axisChoices, chosenAxis } from './axes.ts';
import { filled, type CallDraw, type Slot } from './filled.ts';
import { given, perhaps, shapesOrEmpty, sizeOrNone } from './sizes.ts';
import { positiveDouble, scaledDouble } from './tensors.ts';

/** A call of `layerNorm`. */
export interface LayerNormCall {
  readonly x: Tensor;
  readonly gamma?: Tensor;
  readonly beta?: Tensor;
  readonly options: LayerNormOptions;
}

/** A call of `batchNormTraining`. */
export interface BatchNormTrainingCall {
  readonly x: Tensor;
  readonly gamma?: Tensor;
  readonly beta?: Tensor;
  readonly options: BatchNormCallOptions;
}

/** A call of `batchNormInference`. */
export interface BatchNormInferenceCall extends BatchNormTrainingCall {
  readonly movingMean: Tensor;
  readonly movingVariance: Tensor;
}

/** A call of `batchNorm`. */
export interface BatchNormCall extends BatchNormTrainingCall {
  readonly mean: Tensor;
  readonly variance: Tensor;
}

const SPREAD = 3;

/**
 * Calls of `layerNorm`: ranks 1 to 4, sizes 0 to 4; values are multiples of 1/64 in [-2, 2]; gamma and beta each or not;
 * `axis` left out, one or a list; `epsilon` 1/2, 1/8 or left out, and then x is spread.
 */
export function layerNorm({ values = scaledDouble() }: CallDraw = {}): fc.Arbitrary<LayerNormCall> {
  const source = fastCheck()
    .record({
      shape: shapesOrEmpty(1, 4),
      choice: axisChoices(),
      epsilon: perhaps(fastCheck().constantFrom(0.5, 0.125)),
      ...factors(),
    })
    .map(({ choice, ...drawn }) => {
      const axis = chosenAxis(drawn.shape.length, choice);
      return { ...drawn, axis, axes: normalizeAxes('arbitraries', axis ?? -1, drawn.shape.length) };
    });
  type Drawn = typeof source extends fc.Arbitrary<infer Value> ? Value : never;
  const factor: Slot<Drawn> = { values, shape: ({ shape, axes }) => axes.map((one) => shape[one] ?? 1) };
  return filled(source, {
    x: { values, shape: ({ shape }) => shape, finish: spreadUnlessSmooth },
    gamma: factor,
    beta: factor,
  }).map(({ drawn, tensors }) => ({
    ...drawnTensors(drawn, tensors),
    options: given({ axis: drawn.axis, epsilon: drawn.epsilon }),
  }));
}

/**
 * Calls of `batchNormTraining`: x `[..., channels]` of rank 1 to 4, with any number of rows; values are multiples of
 * 1/64 in [-2, 2]; gamma and beta each or not; `epsilon` 1/2, 1/8 or left out, and then x is spread.
 */
export function batchNormTraining({ values = scaledDouble() }: CallDraw = {}): fc.Arbitrary<BatchNormTrainingCall> {
  return filled(channelDraws([0.5, 0.125]), {
    ...perChannel(values),
    x: { values, shape: ({ shape }) => shape, finish: spreadUnlessSmooth },
  }).map(({ drawn, tensors }) => ({ ...drawnTensors(drawn, tensors), options: given({ epsilon: drawn.epsilon }) }));
}

/**
 * Calls of `batchNormInference`: x, gamma and beta as of `batchNormTraining`; the moving mean is drawn like them, the
 * moving variance from [1/8, 2]; `epsilon` left out, 1/2, 1/8 or 0.
 */
export function batchNormInference({ values = scaledDouble() }: CallDraw = {}): fc.Arbitrary<BatchNormInferenceCall> {
  return givenMoments(values).map(({ mean, variance, ...call }) => ({
    ...call,
    movingMean: mean,
    movingVariance: variance,
  }));
}

/** Calls of `batchNorm`: the same as of `batchNormInference`, the moments named `mean` and `variance`. */
export function batchNorm({ values = scaledDouble() }: CallDraw = {}): fc.Arbitrary<BatchNormCall> {
  return givenMoments(values);
}

interface FactorsDraw {
  readonly withGamma: boolean;
  readonly withBeta: boolean;
}

const factors = (): { readonly [Key in keyof FactorsDraw]: fc.Arbitrary<boolean> } => ({
  withGamma: fastCheck().boolean(),
  withBeta: fastCheck().boolean(),
});

/** The tensors of a call without the factors that it leaves out. */
function drawnTensors<Tensors extends { readonly gamma: Tensor; readonly beta: Tensor }>(
  { withGamma, withBeta }: FactorsDraw,
  { gamma, beta, ...others }: Tensors,
): Omit<Tensors, 'gamma' | 'beta'> & { readonly gamma?: Tensor; readonly beta?: Tensor } {
  return { ...others, ...(withGamma && { gamma }), ...(withBeta && { beta }) };
}

/** What x is normalised along, and how smooth that is. */
interface MomentsDraw {
  readonly shape: Shape;
  readonly axes: readonly number[];
  readonly epsilon: number | undefined;
}

interface ChannelDraw extends MomentsDraw, FactorsDraw {}

function channelDraws(epsilons: readonly number[]): fc.Arbitrary<ChannelDraw> {
  return fastCheck()
    .record({
      rows: shapesOrEmpty(0, 3),
      channels: sizeOrNone(3),
      epsilon: perhaps(fastCheck().constantFrom(...epsilons)),
      ...factors(),
    })
    .map(({ rows, channels, ...drawn }) => ({ ...drawn, shape: [...rows, channels], axes: [...rows.keys()] }));
}

const channelShape = ({ shape }: ChannelDraw): Shape => shape.slice(-1);

function perChannel(values: fc.Arbitrary<number>): Readonly<Record<'gamma' | 'beta', Slot<ChannelDraw>>> {
  return { gamma: { values, shape: channelShape }, beta: { values, shape: channelShape } };
}

function givenMoments(values: fc.Arbitrary<number>): fc.Arbitrary<BatchNormCall> {
  return filled(channelDraws([0.5, 0.125, 0]), {
    ...perChannel(values),
    x: { values, shape: ({ shape }) => shape },
    mean: { values, shape: channelShape },
    variance: { values: positiveDouble(), shape: channelShape },
  }).map(({ drawn, tensors }) => ({ ...drawnTensors(drawn, tensors), options: given({ epsilon: drawn.epsilon }) }));
}

/** Where epsilon is left out, values of [-2, 2] get a variance of at least 8/9 along the axes, wherever there are two of them or more. */
function spreadUnlessSmooth(values: readonly number[], { shape, axes, epsilon }: MomentsDraw): readonly number[] {
  if (epsilon !== undefined) return values;
  const strides = stridesOf(shape);
  const placeOf = (position: number): number =>
    axes.reduce((place, axis) => {
      const size = shape[axis] ?? 1;
      return place * size + (Math.floor(position / (strides[axis] ?? 1)) % size);
    }, 0);
  return values.map((value, position) => value + (placeOf(position) % 2 === 0 ? SPREAD : -SPREAD));
}
