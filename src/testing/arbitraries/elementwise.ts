/** Calls of the element-wise ops. Without `values` each draws where its function is smooth. */
import type fc from 'fast-check';
import type { EluOptions, GeluOptions, LeakyReluOptions } from '../../ops/activations.ts';
import type { Shape } from '../../tensor/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { fastCheck } from '../fast-check.ts';
import { fill, given, maybe, shapesWithEmpty, type ValueDraw } from './drawing.ts';
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
function unary({ values }: ValueDraw, own: Values): Unary {
  return fastCheck()
    .record({ shape: shapesWithEmpty(), x: fill(values ?? own()) })
    .map(({ shape, x }) => ({ x: x(shape) }));
}

function withOptions<Options>(
  draw: ValueDraw,
  own: Values,
  options: fc.Arbitrary<Options>,
): fc.Arbitrary<UnaryOptionsCall<Options>> {
  return fastCheck()
    .record({ call: unary(draw, own), options })
    .map(({ call, options: drawn }) => ({ ...call, options: drawn }));
}

/** Ranks 0 to 4, sizes 0 to 3. */
function binary({ values }: ValueDraw, left: Values, right: Values = left): Binary {
  return fastCheck()
    .record({ shapes: shapesTogether(2), a: fill(values ?? left()), b: fill(values ?? right()) })
    .map(({ shapes: [one = [], other = []], a, b }) => ({ a: a(one), b: b(other) }));
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
export function add(draw: ValueDraw = {}): Binary {
  return binary(draw, scaledDouble);
}

/** Calls of `sub`: `a` and `b` broadcast together; values are multiples of 1/64 in [-2, 2]. */
export function sub(draw: ValueDraw = {}): Binary {
  return binary(draw, scaledDouble);
}

/** Calls of `mul`: `a` and `b` broadcast together; values are multiples of 1/64 in [-2, 2]. */
export function mul(draw: ValueDraw = {}): Binary {
  return binary(draw, scaledDouble);
}

/** Calls of `div`: `a` and `b` broadcast together; `a` in [-2, 2], `b` 1/8 to 2 away from 0, in steps of 1/64. */
export function div(draw: ValueDraw = {}): Binary {
  return binary(draw, scaledDouble, awayFromZero);
}

/**
 * Calls of `pow`: `a` and `b` broadcast together; either `a` in [1/4, 2] and `b` in [-2, 2], in steps of 1/64, or `a` an
 * integer in [-2, 2] and `b` one in [0, 3]: there the exponent has no gradient.
 */
export function pow(draw: ValueDraw = {}): Binary {
  const whole = fastCheck().integer({ min: 0, max: 3 });
  return fastCheck()
    .record({
      isWhole: fastCheck().boolean(),
      real: binary(draw, () => positiveDouble(0.25), scaledDouble),
      whole: binary(
        draw,
        () => smallInteger(2),
        () => whole,
      ),
    })
    .map((drawn) => (drawn.isWhole ? drawn.whole : drawn.real));
}

/** Calls of `maximum`: `a` and `b` broadcast together; `a` multiples of 1/4, `b` odd multiples of 1/8, so that no pair is equal. */
export function maximum(draw: ValueDraw = {}): Binary {
  return binary(draw, quarters, oddEighths);
}

/** Calls of `minimum`: `a` and `b` broadcast together; `a` multiples of 1/4, `b` odd multiples of 1/8, so that no pair is equal. */
export function minimum(draw: ValueDraw = {}): Binary {
  return binary(draw, quarters, oddEighths);
}

/** Calls of `equal`: `a` and `b` broadcast together; integers in [-2, 2], so that many pairs are equal. */
export function equal(draw: ValueDraw = {}): Binary {
  return binary(draw, () => smallInteger(2));
}

/** Calls of `notEqual`: `a` and `b` broadcast together; integers in [-2, 2], so that many pairs are equal. */
export function notEqual(draw: ValueDraw = {}): Binary {
  return binary(draw, () => smallInteger(2));
}

/** Calls of `greater`: `a` and `b` broadcast together; integers in [-2, 2], so that many pairs are equal. */
export function greater(draw: ValueDraw = {}): Binary {
  return binary(draw, () => smallInteger(2));
}

/** Calls of `less`: `a` and `b` broadcast together; integers in [-2, 2], so that many pairs are equal. */
export function less(draw: ValueDraw = {}): Binary {
  return binary(draw, () => smallInteger(2));
}

/** Calls of `greaterEqual`: `a` and `b` broadcast together; integers in [-2, 2], so that many pairs are equal. */
export function greaterEqual(draw: ValueDraw = {}): Binary {
  return binary(draw, () => smallInteger(2));
}

/** Calls of `lessEqual`: `a` and `b` broadcast together; integers in [-2, 2], so that many pairs are equal. */
export function lessEqual(draw: ValueDraw = {}): Binary {
  return binary(draw, () => smallInteger(2));
}

/** Calls of `neg`: values are multiples of 1/64 in [-2, 2]. */
export function neg(draw: ValueDraw = {}): Unary {
  return unary(draw, scaledDouble);
}

/** Calls of `square`: values are multiples of 1/64 in [-2, 2]. */
export function square(draw: ValueDraw = {}): Unary {
  return unary(draw, scaledDouble);
}

/** Calls of `exp`: values are multiples of 1/64 in [-2, 2]. */
export function exp(draw: ValueDraw = {}): Unary {
  return unary(draw, scaledDouble);
}

/** Calls of `expm1`: values are multiples of 1/64 in [-2, 2]. */
export function expm1(draw: ValueDraw = {}): Unary {
  return unary(draw, scaledDouble);
}

/** Calls of `sin`: values are multiples of 1/64 in [-2, 2]. */
export function sin(draw: ValueDraw = {}): Unary {
  return unary(draw, scaledDouble);
}

/** Calls of `cos`: values are multiples of 1/64 in [-2, 2]. */
export function cos(draw: ValueDraw = {}): Unary {
  return unary(draw, scaledDouble);
}

/** Calls of `tanh`: values are multiples of 1/64 in [-2, 2]. */
export function tanh(draw: ValueDraw = {}): Unary {
  return unary(draw, scaledDouble);
}

/** Calls of `erf`: values are multiples of 1/64 in [-2, 2]. */
export function erf(draw: ValueDraw = {}): Unary {
  return unary(draw, scaledDouble);
}

/** Calls of `sigmoid`: values are multiples of 1/64 in [-2, 2]. */
export function sigmoid(draw: ValueDraw = {}): Unary {
  return unary(draw, scaledDouble);
}

/** Calls of `softplus`: values are multiples of 1/64 in [-2, 2]. */
export function softplus(draw: ValueDraw = {}): Unary {
  return unary(draw, scaledDouble);
}

/** Calls of `silu`: values are multiples of 1/64 in [-2, 2]. */
export function silu(draw: ValueDraw = {}): Unary {
  return unary(draw, scaledDouble);
}

/** Calls of `sign`: values are multiples of 1/64 in [-2, 2], whole numbers among them. */
export function sign(draw: ValueDraw = {}): Unary {
  return unary(draw, scaledDouble);
}

/** Calls of `floor`: values are multiples of 1/64 in [-2, 2], whole numbers among them. */
export function floor(draw: ValueDraw = {}): Unary {
  return unary(draw, scaledDouble);
}

/** Calls of `reciprocal`: values are multiples of 1/64, 1/8 to 2 away from 0. */
export function reciprocal(draw: ValueDraw = {}): Unary {
  return unary(draw, awayFromZero);
}

/** Calls of `abs`: values are multiples of 1/64, 1/8 to 2 away from 0, where it bends. */
export function abs(draw: ValueDraw = {}): Unary {
  return unary(draw, awayFromZero);
}

/** Calls of `relu`: values are multiples of 1/64, 1/8 to 2 away from 0, where it bends. */
export function relu(draw: ValueDraw = {}): Unary {
  return unary(draw, awayFromZero);
}

/** Calls of `selu`: values are multiples of 1/64, 1/8 to 2 away from 0, where it bends. */
export function selu(draw: ValueDraw = {}): Unary {
  return unary(draw, awayFromZero);
}

/** Calls of `log`: values are multiples of 1/64 in [1/8, 2]. */
export function log(draw: ValueDraw = {}): Unary {
  return unary(draw, positiveDouble);
}

/** Calls of `log1p`: values are multiples of 1/64 in [-3/4, 2]. */
export function log1p(draw: ValueDraw = {}): Unary {
  return unary(draw, () => positiveDouble(-0.75));
}

/** Calls of `sqrt`: values are multiples of 1/64 in [1/4, 2]. */
export function sqrt(draw: ValueDraw = {}): Unary {
  return unary(draw, () => positiveDouble(0.25));
}

/** Calls of `rsqrt`: values are multiples of 1/64 in [1/4, 2]. */
export function rsqrt(draw: ValueDraw = {}): Unary {
  return unary(draw, () => positiveDouble(0.25));
}

/** Calls of `leakyRelu`: values 1/8 to 2 away from 0, where it bends; `negativeSlope` left out or a multiple of 1/64 in [0, 2]. */
export function leakyRelu(draw: ValueDraw = {}): fc.Arbitrary<UnaryOptionsCall<LeakyReluOptions>> {
  const options = fastCheck().record({ negativeSlope: maybe(positiveDouble(0)) });
  return withOptions(draw, awayFromZero, options.map(given));
}

/** Calls of `elu`: values 1/8 to 2 away from 0, where it bends; `alpha` left out or a multiple of 1/64 in [0, 2]. */
export function elu(draw: ValueDraw = {}): fc.Arbitrary<UnaryOptionsCall<EluOptions>> {
  const options = fastCheck().record({ alpha: maybe(positiveDouble(0)) });
  return withOptions(draw, awayFromZero, options.map(given));
}

/** Calls of `gelu`: values are multiples of 1/64 in [-2, 2]; `approximate` left out, false or true. */
export function gelu(draw: ValueDraw = {}): fc.Arbitrary<UnaryOptionsCall<GeluOptions>> {
  const options = fastCheck().record({ approximate: maybe(fastCheck().boolean()) });
  return withOptions(draw, scaledDouble, options.map(given));
}

/** Calls of `where`: three tensors that broadcast together; the condition is 0, 1 or -1/2, the others multiples of 1/64 in [-2, 2]. */
export function where({ values = scaledDouble() }: ValueDraw = {}): fc.Arbitrary<WhereCall> {
  return fastCheck()
    .record({
      shapes: shapesTogether(3),
      condition: fill(fastCheck().constantFrom(0, 1, -0.5)),
      a: fill(values),
      b: fill(values),
    })
    .map(({ shapes: [first = [], second = [], third = []], condition, a, b }) => ({
      condition: condition(first),
      a: a(second),
      b: b(third),
    }));
}

/**
 * Calls of `clip`: values are multiples of 1/32 in [-2, 2]; bounds are odd multiples of 1/64 in [-5/4, 5/4], so that no
 * value is on one, at times equal, at times infinite.
 */
export function clip({ values }: ValueDraw = {}): fc.Arbitrary<ClipCall> {
  const open = fastCheck().integer({ min: 0, max: 7 });
  return fastCheck()
    .record({
      shape: shapesWithEmpty(),
      low: fastCheck().integer({ min: -40, max: 0 }),
      // Below 0 stands for an interval of one number, which would be rare otherwise.
      width: fastCheck().integer({ min: -6, max: 40 }),
      openBelow: open,
      openAbove: open,
      x: fill(values ?? smallInteger(64).map((n) => n / 32)),
    })
    .map(({ shape, low, width, openBelow, openAbove, x }) => ({
      x: x(shape),
      minimum: openBelow === 7 ? -Infinity : (2 * low + 1) / 64,
      maximum: openAbove === 7 ? Infinity : (2 * (low + Math.max(width, 0)) + 1) / 64,
    }));
}
