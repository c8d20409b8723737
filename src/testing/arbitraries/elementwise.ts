/** Calls of the element-wise ops. Without `values` each draws where its function is smooth. */
import type fc from 'fast-check';
import type { EluOptions, GeluOptions, LeakyReluOptions } from '../../ops/activations.ts';
import type { Shape } from '../../tensor/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { fastCheck } from '../fast-check.ts';
import { filled, type CallDraw } from './filled.ts';
import { between, given, perhaps, shapesOrEmpty } from './sizes.ts';
import { awayFrom, broadcastableShapes, positiveDouble, scaledDouble, smallInteger } from './tensors.ts';

/** A call of an op of one tensor. */
export interface UnaryCall {
  readonly x: Tensor;
}

/** A call of an op of two tensors whose shapes broadcast together. */
export interface BinaryCall {
  readonly a: Tensor;
  readonly b: Tensor;
}

/** A call of an op of one tensor with options. */
export interface UnaryOptionsCall<Options> extends UnaryCall {
  readonly options: Options;
}

/** A call of `where`. */
export interface WhereCall extends BinaryCall {
  readonly condition: Tensor;
}

/** A call of `clip`. */
export interface ClipCall extends UnaryCall {
  readonly minimum: number;
  readonly maximum: number;
}

type Values = () => fc.Arbitrary<number>;
type Unary = fc.Arbitrary<UnaryCall>;
type Binary = fc.Arbitrary<BinaryCall>;

const awayFromZero: Values = () => awayFrom(0);
/** Multiples of 1/4, and odd multiples of 1/8: never closer than 1/8. */
const quarters: Values = () => smallInteger(8).map((n) => n / 4);
const oddEighths: Values = () => smallInteger(8).map((n) => n / 4 + 0.125);

/** Ranks 0 to 4, sizes 0 to 4. */
function unary(draw: CallDraw, own: Values): Unary {
  return withDrawn(draw, own, fastCheck().constant({}));
}

function withOptions<Options extends object>(
  draw: CallDraw,
  own: Values,
  options: fc.Arbitrary<Options>,
): fc.Arbitrary<UnaryOptionsCall<Options>> {
  return withDrawn(draw, own, fastCheck().record({ options }));
}

/** x, and what else the call has. */
function withDrawn<Rest extends object>(
  { values }: CallDraw,
  own: Values,
  rest: fc.Arbitrary<Rest>,
): fc.Arbitrary<UnaryCall & Rest> {
  return filled(fastCheck().record({ shape: shapesOrEmpty(0, 4), rest }), {
    x: { values: values ?? own(), shape: ({ shape }) => shape },
  }).map(({ drawn, tensors }) => ({ ...tensors, ...drawn.rest }));
}

/** Ranks 0 to 4, sizes 0 to 3. */
function binary({ values }: CallDraw, left: Values, right: Values = left): Binary {
  return filled(shapesTogether(2), {
    a: { values: values ?? left(), shape: ([one = []]) => one },
    b: { values: values ?? right(), shape: ([, other = []]) => other },
  }).map(({ tensors }) => tensors);
}

/** Shapes of rank 0 to 4 that broadcast together; at times the last axis is empty, and a size of 1 stretches to 0. */
function shapesTogether(count: number): fc.Arbitrary<readonly Shape[]> {
  return fastCheck()
    .record({
      shapes: broadcastableShapes(count, { maxSize: 3 }),
      empty: fastCheck().constantFrom(false, false, false, false, true),
    })
    .map(({ shapes, empty }) =>
      empty
        ? shapes.map((shape) => shape.map((size, axis) => (axis === shape.length - 1 && size > 1 ? 0 : size)))
        : shapes,
    );
}

/** Calls of `add`: `a` and `b` broadcast together; values are multiples of 1/64 in [-2, 2]. */
export function add(draw: CallDraw = {}): Binary {
  return binary(draw, scaledDouble);
}

/** Calls of `sub`: `a` and `b` broadcast together; values are multiples of 1/64 in [-2, 2]. */
export function sub(draw: CallDraw = {}): Binary {
  return binary(draw, scaledDouble);
}

/** Calls of `mul`: `a` and `b` broadcast together; values are multiples of 1/64 in [-2, 2]. */
export function mul(draw: CallDraw = {}): Binary {
  return binary(draw, scaledDouble);
}

/** Calls of `div`: `a` and `b` broadcast together; `a` in [-2, 2], `b` 1/8 to 2 away from 0, in steps of 1/64. */
export function div(draw: CallDraw = {}): Binary {
  return binary(draw, scaledDouble, awayFromZero);
}

/**
 * Calls of `pow`: `a` and `b` broadcast together; either `a` in [1/4, 2] and `b` in [-2, 2], in steps of 1/64, or `a` an
 * integer in [-2, 2] and `b` one in [0, 3]: there the exponent has no gradient.
 */
export function pow(draw: CallDraw = {}): Binary {
  return fastCheck().oneof(
    binary(
      draw,
      () => smallInteger(2),
      () => between(0, 3),
    ),
    binary(draw, () => positiveDouble(0.25), scaledDouble),
  );
}

/** Calls of `maximum`: `a` and `b` broadcast together; `a` multiples of 1/4, `b` odd multiples of 1/8, so that no pair is equal. */
export function maximum(draw: CallDraw = {}): Binary {
  return binary(draw, quarters, oddEighths);
}

/** Calls of `minimum`: `a` and `b` broadcast together; `a` multiples of 1/4, `b` odd multiples of 1/8, so that no pair is equal. */
export function minimum(draw: CallDraw = {}): Binary {
  return binary(draw, quarters, oddEighths);
}

/** Calls of `equal`: `a` and `b` broadcast together; integers in [-2, 2], so that many pairs are equal. */
export function equal(draw: CallDraw = {}): Binary {
  return binary(draw, () => smallInteger(2));
}

/** Calls of `notEqual`: `a` and `b` broadcast together; integers in [-2, 2], so that many pairs are equal. */
export function notEqual(draw: CallDraw = {}): Binary {
  return binary(draw, () => smallInteger(2));
}

/** Calls of `greater`: `a` and `b` broadcast together; integers in [-2, 2], so that many pairs are equal. */
export function greater(draw: CallDraw = {}): Binary {
  return binary(draw, () => smallInteger(2));
}

/** Calls of `less`: `a` and `b` broadcast together; integers in [-2, 2], so that many pairs are equal. */
export function less(draw: CallDraw = {}): Binary {
  return binary(draw, () => smallInteger(2));
}

/** Calls of `greaterEqual`: `a` and `b` broadcast together; integers in [-2, 2], so that many pairs are equal. */
export function greaterEqual(draw: CallDraw = {}): Binary {
  return binary(draw, () => smallInteger(2));
}

/** Calls of `lessEqual`: `a` and `b` broadcast together; integers in [-2, 2], so that many pairs are equal. */
export function lessEqual(draw: CallDraw = {}): Binary {
  return binary(draw, () => smallInteger(2));
}

/** Calls of `neg`: values are multiples of 1/64 in [-2, 2]. */
export function neg(draw: CallDraw = {}): Unary {
  return unary(draw, scaledDouble);
}

/** Calls of `square`: values are multiples of 1/64 in [-2, 2]. */
export function square(draw: CallDraw = {}): Unary {
  return unary(draw, scaledDouble);
}

/** Calls of `exp`: values are multiples of 1/64 in [-2, 2]. */
export function exp(draw: CallDraw = {}): Unary {
  return unary(draw, scaledDouble);
}

/** Calls of `expm1`: values are multiples of 1/64 in [-2, 2]. */
export function expm1(draw: CallDraw = {}): Unary {
  return unary(draw, scaledDouble);
}

/** Calls of `sin`: values are multiples of 1/64 in [-2, 2]. */
export function sin(draw: CallDraw = {}): Unary {
  return unary(draw, scaledDouble);
}

/** Calls of `cos`: values are multiples of 1/64 in [-2, 2]. */
export function cos(draw: CallDraw = {}): Unary {
  return unary(draw, scaledDouble);
}

/** Calls of `tanh`: values are multiples of 1/64 in [-2, 2]. */
export function tanh(draw: CallDraw = {}): Unary {
  return unary(draw, scaledDouble);
}

/** Calls of `erf`: values are multiples of 1/64 in [-2, 2]. */
export function erf(draw: CallDraw = {}): Unary {
  return unary(draw, scaledDouble);
}

/** Calls of `sigmoid`: values are multiples of 1/64 in [-2, 2]. */
export function sigmoid(draw: CallDraw = {}): Unary {
  return unary(draw, scaledDouble);
}

/** Calls of `softplus`: values are multiples of 1/64 in [-2, 2]. */
export function softplus(draw: CallDraw = {}): Unary {
  return unary(draw, scaledDouble);
}

/** Calls of `silu`: values are multiples of 1/64 in [-2, 2]. */
export function silu(draw: CallDraw = {}): Unary {
  return unary(draw, scaledDouble);
}

/** Calls of `sign`: values are multiples of 1/64 in [-2, 2], whole numbers among them. */
export function sign(draw: CallDraw = {}): Unary {
  return unary(draw, scaledDouble);
}

/** Calls of `floor`: values are multiples of 1/64 in [-2, 2], whole numbers among them. */
export function floor(draw: CallDraw = {}): Unary {
  return unary(draw, scaledDouble);
}

/** Calls of `reciprocal`: values are multiples of 1/64, 1/8 to 2 away from 0. */
export function reciprocal(draw: CallDraw = {}): Unary {
  return unary(draw, awayFromZero);
}

/** Calls of `abs`: values are multiples of 1/64, 1/8 to 2 away from 0, where it bends. */
export function abs(draw: CallDraw = {}): Unary {
  return unary(draw, awayFromZero);
}

/** Calls of `relu`: values are multiples of 1/64, 1/8 to 2 away from 0, where it bends. */
export function relu(draw: CallDraw = {}): Unary {
  return unary(draw, awayFromZero);
}

/** Calls of `selu`: values are multiples of 1/64, 1/8 to 2 away from 0, where it bends. */
export function selu(draw: CallDraw = {}): Unary {
  return unary(draw, awayFromZero);
}

/** Calls of `log`: values are multiples of 1/64 in [1/8, 2]. */
export function log(draw: CallDraw = {}): Unary {
  return unary(draw, positiveDouble);
}

/** Calls of `log1p`: values are multiples of 1/64 in [-3/4, 2]. */
export function log1p(draw: CallDraw = {}): Unary {
  return unary(draw, () => positiveDouble(-0.75));
}

/** Calls of `sqrt`: values are multiples of 1/64 in [1/4, 2]. */
export function sqrt(draw: CallDraw = {}): Unary {
  return unary(draw, () => positiveDouble(0.25));
}

/** Calls of `rsqrt`: values are multiples of 1/64 in [1/4, 2]. */
export function rsqrt(draw: CallDraw = {}): Unary {
  return unary(draw, () => positiveDouble(0.25));
}

/** Calls of `leakyRelu`: values 1/8 to 2 away from 0, where it bends; `negativeSlope` left out or a multiple of 1/64 in [0, 2]. */
export function leakyRelu(draw: CallDraw = {}): fc.Arbitrary<UnaryOptionsCall<LeakyReluOptions>> {
  const options = fastCheck().record({ negativeSlope: perhaps(positiveDouble(0)) });
  return withOptions(draw, awayFromZero, options.map(given));
}

/** Calls of `elu`: values 1/8 to 2 away from 0, where it bends; `alpha` left out or a multiple of 1/64 in [0, 2]. */
export function elu(draw: CallDraw = {}): fc.Arbitrary<UnaryOptionsCall<EluOptions>> {
  const options = fastCheck().record({ alpha: perhaps(positiveDouble(0)) });
  return withOptions(draw, awayFromZero, options.map(given));
}

/** Calls of `gelu`: values are multiples of 1/64 in [-2, 2]; `approximate` left out, false or true. */
export function gelu(draw: CallDraw = {}): fc.Arbitrary<UnaryOptionsCall<GeluOptions>> {
  const options = fastCheck().record({ approximate: perhaps(fastCheck().boolean()) });
  return withOptions(draw, scaledDouble, options.map(given));
}

/** Calls of `where`: three tensors that broadcast together; the condition is 0, 1 or -1/2, the others multiples of 1/64 in [-2, 2]. */
export function where({ values = scaledDouble() }: CallDraw = {}): fc.Arbitrary<WhereCall> {
  return filled(shapesTogether(3), {
    condition: { values: fastCheck().constantFrom(0, 1, -0.5), shape: ([first = []]) => first },
    a: { values, shape: ([, second = []]) => second },
    b: { values, shape: ([, , third = []]) => third },
  }).map(({ tensors }) => tensors);
}

/**
 * Calls of `clip`: values are multiples of 1/32 in [-2, 2]; bounds are odd multiples of 1/64 in [-5/4, 5/4], so that no
 * value is on one, at times equal, at times infinite.
 */
export function clip(draw: CallDraw = {}): fc.Arbitrary<ClipCall> {
  const bounds = fastCheck()
    .record({
      low: between(-40, 0),
      // Below 0 stands for an interval of one number, which would be rare otherwise.
      width: between(-6, 40),
      openBelow: between(0, 7),
      openAbove: between(0, 7),
    })
    .map(({ low, width, openBelow, openAbove }) => ({
      minimum: openBelow === 7 ? -Infinity : (2 * low + 1) / 64,
      maximum: openAbove === 7 ? Infinity : (2 * (low + Math.max(width, 0)) + 1) / 64,
    }));
  return withDrawn(draw, () => smallInteger(64).map((n) => n / 32), bounds);
}
