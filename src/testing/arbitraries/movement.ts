/** Calls of the ops that move, repeat or rename elements: every rank, every axis from the front and from the end, empty tensors. */
import type fc from 'fast-check';
import type { AxisOptions, PadCallOptions } from '../../ops/joining.ts';
import type { ReverseCallOptions, TransposeCallOptions } from '../../ops/layout.ts';
import type { FlattenOptions, SqueezeOptions } from '../../ops/shaping.ts';
import { sizeOf, type Shape } from '../../tensor/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { fastCheck } from '../fast-check.ts';
import { axisDraw, fromFront, toAxis, type AxisDraw } from './axes.ts';
import { filled, filledList, orderOf, type CallDraw } from './filled.ts';
import { between, listOf, perhaps, shapesOrEmpty, sizeOrNone, upTo, written } from './sizes.ts';
import { scaledDouble } from './tensors.ts';

/** A call on one tensor with options. */
export interface MoveCall<Options> {
  readonly x: Tensor;
  readonly options: Options;
}

export type TransposeCall = MoveCall<TransposeCallOptions>;
export type ReverseCall = MoveCall<ReverseCallOptions>;
export type SqueezeCall = MoveCall<SqueezeOptions>;
export type FlattenCall = MoveCall<FlattenOptions>;
export type PadCall = MoveCall<PadCallOptions>;

/** `shape` may have a -1. */
export interface ReshapeCall {
  readonly x: Tensor;
  readonly shape: Shape;
}

/** `axis` is there or not. */
export interface ExpandDimsCall {
  readonly x: Tensor;
  readonly axis?: number;
}

export interface TileCall {
  readonly x: Tensor;
  readonly repeats: readonly number[];
}

/** `size` is there or not. */
export interface SliceCall {
  readonly x: Tensor;
  readonly begin: readonly number[];
  readonly size?: readonly number[];
}

/** A call of `concat` or `stack`. */
export interface JoinCall {
  readonly tensors: readonly Tensor[];
  readonly options: AxisOptions;
}

/** `parts` is a number of equal parts or the size of each. */
export interface SplitCall {
  readonly x: Tensor;
  readonly parts: number | readonly number[];
  readonly options: AxisOptions;
}

export interface BroadcastToCall {
  readonly x: Tensor;
  readonly shape: Shape;
}

/** `shape` broadcasts to that of `gradient`. */
export interface SumToShapeCall {
  readonly gradient: Tensor;
  readonly shape: Shape;
}

const MAX_RANK = 4;

const flag = (): fc.Arbitrary<boolean> => fastCheck().boolean();
const keys = (): fc.Arbitrary<number[]> => listOf(MAX_RANK, between(0, 9));
const flags = (count = MAX_RANK): fc.Arbitrary<boolean[]> => listOf(count, flag());

interface Shaped {
  readonly shape: Shape;
}

/** One tensor of the drawn shape. */
function one<Drawn extends Shaped>(
  source: fc.Arbitrary<Drawn>,
  { values = scaledDouble() }: CallDraw,
): fc.Arbitrary<readonly [x: Tensor, drawn: Drawn]> {
  return filled(source, { x: { values, shape: ({ shape }) => shape } }).map(
    ({ drawn, tensors: { x } }) => [x, drawn] as const,
  );
}

/** x of rank 0 to 4; its sizes in any order, neighbours multiplied or not, one size left to be inferred or none. */
export function reshape(draw: CallDraw = {}): fc.Arbitrary<ReshapeCall> {
  const source = fastCheck().record({
    shape: shapesOrEmpty(0, MAX_RANK),
    keys: keys(),
    merged: flags(),
    inferred: perhaps(between(0, MAX_RANK - 1)),
  });
  return one(source, draw).map(([x, drawn]) => {
    const sizes: number[] = [];
    orderOf(drawn.keys.slice(0, x.rank)).forEach((axis, place) => {
      const size = x.shape[axis] ?? 1;
      if (place > 0 && drawn.merged[place]) sizes.push((sizes.pop() ?? 1) * size);
      else sizes.push(size);
    });
    const unknown = drawn.inferred === undefined ? -1 : drawn.inferred % Math.max(1, sizes.length);
    // Beside a size of 0 nothing can be inferred.
    const inferable = sizeOf(sizes.filter((_, axis) => axis !== unknown)) > 0;
    return { x, shape: unknown >= 0 && sizes.length > 0 && inferable ? sizes.with(unknown, -1) : sizes };
  });
}

/** x of rank 0 to 3, every place of the new axis, from the front or the end, or the default. */
export function expandDims(draw: CallDraw = {}): fc.Arbitrary<ExpandDimsCall> {
  const source = fastCheck().record({ shape: shapesOrEmpty(0, MAX_RANK - 1), axis: perhaps(axisDraw()) });
  return one(source, draw).map(([x, { axis }]) => ({ x, ...(axis && { axis: toAxis(axis, x.rank + 1) }) }));
}

interface AxesDraw {
  readonly chosen: readonly boolean[] | undefined;
  readonly fromEnd: readonly boolean[];
  readonly spelled: boolean;
}

const axesDraw = { chosen: (): fc.Arbitrary<boolean[] | undefined> => perhaps(flags()), fromEnd: flags, spelled: flag };

/** Of some axes a subset, as users write it: one number for one axis unless spelled out, undefined for all. */
function axesOf(
  { chosen, fromEnd, spelled }: AxesDraw,
  candidates: readonly number[],
  rank: number,
): { readonly axis?: number | readonly number[] } {
  if (chosen === undefined) return {};
  const axes = candidates.filter((axis) => chosen[axis]).map((axis) => axis - (fromEnd[axis] ? rank : 0));
  const [first] = axes;
  return { axis: axes.length === 1 && first !== undefined && !spelled ? first : axes };
}

/** x of rank 0 to 4, about half of its sizes 1; all of those are dropped, or any of them by name. */
export function squeeze(draw: CallDraw = {}): fc.Arbitrary<SqueezeCall> {
  const source = fastCheck().record({
    shape: shapesOrEmpty(0, MAX_RANK, 2),
    chosen: axesDraw.chosen(),
    fromEnd: axesDraw.fromEnd(),
    spelled: axesDraw.spelled(),
  });
  return one(source, draw).map(([x, drawn]) => {
    const droppable = [...x.shape.keys()].filter((axis) => x.shape[axis] === 1);
    return { x, options: axesOf(drawn, droppable, x.rank) };
  });
}

/** x of rank 1 to 4, folded from every axis on, or from the default one. */
export function flatten(draw: CallDraw = {}): fc.Arbitrary<FlattenCall> {
  const source = fastCheck().record({
    shape: shapesOrEmpty(1, MAX_RANK),
    startAxis: perhaps(between(0, 59)),
  });
  return one(source, draw).map(([x, { startAxis }]) => ({
    x,
    options: startAxis === undefined ? {} : { startAxis: startAxis % (x.rank + 1) },
  }));
}

/** x of rank 0 to 4, every permutation, its axes counted from the front or the end, or all axes reversed. */
export function transpose(draw: CallDraw = {}): fc.Arbitrary<TransposeCall> {
  const source = fastCheck().record({
    shape: shapesOrEmpty(0, MAX_RANK),
    keys: perhaps(keys()),
    fromEnd: flags(),
  });
  return one(source, draw).map(([x, drawn]) => ({
    x,
    options: drawn.keys
      ? {
          permutation: orderOf(drawn.keys.slice(0, x.rank)).map((axis) => axis - (drawn.fromEnd[axis] ? x.rank : 0)),
        }
      : {},
  }));
}

/** x of rank 0 to 4, any of its axes, counted from the front or the end, or all. */
export function reverse(draw: CallDraw = {}): fc.Arbitrary<ReverseCall> {
  const source = fastCheck().record({
    shape: shapesOrEmpty(0, MAX_RANK),
    chosen: axesDraw.chosen(),
    fromEnd: axesDraw.fromEnd(),
    spelled: axesDraw.spelled(),
  });
  return one(source, draw).map(([x, drawn]) => ({ x, options: axesOf(drawn, [...x.shape.keys()], x.rank) }));
}

/** x of rank 0 to 3, each axis repeated 0 to 3 times. */
export function tile(draw: CallDraw = {}): fc.Arbitrary<TileCall> {
  const source = fastCheck().record({ shape: shapesOrEmpty(0, 3, 3), repeats: listOf(3, sizeOrNone(3)) });
  return one(source, draw).map(([x, { repeats }]) => ({ x, repeats: repeats.slice(0, x.rank) }));
}

/** x of rank 0 to 4, every block inside it, empty ones too; begins from the front or the end, sizes as numbers, as -1 or left out. */
export function slice(draw: CallDraw = {}): fc.Arbitrary<SliceCall> {
  const source = fastCheck().record({
    shape: shapesOrEmpty(0, MAX_RANK),
    begins: listOf(MAX_RANK, between(0, 59)),
    sizes: listOf(MAX_RANK, sizeOrNone(60)),
    fromEnd: flags(),
    toEnd: flags(),
    toAllEnds: flag(),
  });
  return one(source, draw).map(([x, { begins, sizes, fromEnd, toEnd, toAllEnds }]) => {
    const from = x.shape.map((length, axis) => (begins[axis] ?? 0) % Math.max(1, length));
    const count = (length: number, wanted: number): number =>
      length === 0 || wanted === 0 ? 0 : 1 + ((wanted - 1) % length);
    const begin = x.shape.map((length, axis) => (from[axis] ?? 0) - (fromEnd[axis] ? length : 0));
    const size = x.shape.map((length, axis) =>
      toEnd[axis] ? -1 : count(length - (from[axis] ?? 0), sizes[axis] ?? 1),
    );
    return { x, begin, ...(!toAllEnds && { size }) };
  });
}

/** x of rank 0 to 3, 0 to 2 cells before and after on each axis, holding a whole number from -2 to 2 (default 0). */
export function pad(draw: CallDraw = {}): fc.Arbitrary<PadCall> {
  const source = fastCheck().record({
    shape: shapesOrEmpty(0, 3),
    before: listOf(3, between(0, 2)),
    after: listOf(3, between(0, 2)),
    value: between(-2, 2),
    spelled: flag(),
  });
  return one(source, draw).map(([x, { before, after, value, spelled }]) => ({
    x,
    options: written<PadCallOptions>(
      { paddings: x.shape.map((_, axis) => [before[axis] ?? 0, after[axis] ?? 0] as const), value },
      { value: 0 },
      spelled,
    ),
  }));
}

interface JoinDraw {
  readonly shape: Shape;
  readonly sizes: readonly number[];
  readonly axis: AxisDraw;
  readonly spelled: boolean;
}

/** 1 to 4 tensors of rank 1 to 3 with sizes 0 to 3 along the axis, which is any, counted from the front or the end. */
export function concat(draw: CallDraw = {}): fc.Arbitrary<JoinCall> {
  const source = fastCheck().record({
    shape: shapesOrEmpty(1, 3, 3),
    sizes: upTo(1, 4, sizeOrNone(3)),
    axis: axisDraw(),
    spelled: flag(),
  });
  const axisOf = ({ shape, axis }: JoinDraw): number => toAxis(axis, shape.length);
  const shapesOf = (drawn: JoinDraw): readonly Shape[] =>
    drawn.sizes.map((size) => drawn.shape.with(fromFront(axisOf(drawn), drawn.shape.length), size));
  return filledList(source, shapesOf, draw.values ?? scaledDouble()).map(([tensors, drawn]) => ({
    tensors,
    options: written<AxisOptions>({ axis: axisOf(drawn) }, { axis: 0 }, drawn.spelled),
  }));
}

/** 1 to 3 tensors of one shape of rank 0 to 3; the new axis anywhere, counted from the front or the end. */
export function stack(draw: CallDraw = {}): fc.Arbitrary<JoinCall> {
  const source = fastCheck().record({
    shape: shapesOrEmpty(0, 3, 3),
    count: between(1, 3),
    axis: axisDraw(),
    spelled: flag(),
  });
  const shapesOf = ({ shape, count }: { readonly shape: Shape; readonly count: number }): readonly Shape[] =>
    new Array<Shape>(count).fill(shape);
  return filledList(source, shapesOf, draw.values ?? scaledDouble()).map(([tensors, { shape, axis, spelled }]) => ({
    tensors,
    options: written<AxisOptions>({ axis: toAxis(axis, shape.length + 1) }, { axis: 0 }, spelled),
  }));
}

/** x of rank 1 to 3 cut along any axis into 1 to 3 equal parts of 0 to 3, or into parts of 0 to 3 each. */
export function split(draw: CallDraw = {}): fc.Arbitrary<SplitCall> {
  const source = fastCheck()
    .record({
      others: shapesOrEmpty(1, 3, 3),
      sizes: upTo(1, 3, sizeOrNone(3)),
      equal: flag(),
      axisDrawn: axisDraw(),
      spelled: flag(),
    })
    .map(({ others, sizes, equal, axisDrawn, spelled }) => {
      const axis = toAxis(axisDrawn, others.length);
      const parts = equal ? sizes.map(() => sizes[0] ?? 1) : sizes;
      const total = parts.reduce((sum, size) => sum + size, 0);
      return {
        shape: others.with(fromFront(axis, others.length), total),
        parts: equal ? parts.length : parts,
        axis,
        spelled,
      };
    });
  return one(source, draw).map(([x, { parts, axis, spelled }]) => ({
    x,
    parts,
    options: written<AxisOptions>({ axis }, { axis: 0 }, spelled),
  }));
}

interface Stretch {
  readonly small: Shape;
  readonly large: Shape;
}

/** A shape of rank 0 to 3 and one that it broadcasts to, with up to 2 further axes. */
function stretches(): fc.Arbitrary<Stretch> {
  return fastCheck()
    .record({ leading: shapesOrEmpty(0, 2, 3), rest: shapesOrEmpty(0, 3, 3), stretched: flags(3) })
    .map(({ leading, rest, stretched }) => ({
      small: rest.map((size, axis) => (stretched[axis] ? 1 : size)),
      large: [...leading, ...rest],
    }));
}

/** x of rank 0 to 3 stretched along any of its axes of size 1 and along 0 to 2 new leading ones, to sizes 0 to 3. */
export function broadcastTo({ values = scaledDouble() }: CallDraw = {}): fc.Arbitrary<BroadcastToCall> {
  return filled(stretches(), { x: { values, shape: ({ small }) => small } }).map(
    ({ drawn: { large }, tensors: { x } }) => ({ x, shape: large }),
  );
}

/** A gradient of rank 0 to 5 and the shape of rank 0 to 3 whose broadcasting it undoes. */
export function sumToShape({ values = scaledDouble() }: CallDraw = {}): fc.Arbitrary<SumToShapeCall> {
  return filled(stretches(), { gradient: { values, shape: ({ large }) => large } }).map(
    ({ drawn: { small }, tensors: { gradient } }) => ({ gradient, shape: small }),
  );
}
