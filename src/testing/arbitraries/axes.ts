/** Axes that calls of ops are drawn from. They are drawn beside a shape, not from one, so that they stay when it shrinks. */
import type fc from 'fast-check';
import { fastCheck } from '../fast-check.ts';
import { between, upTo } from './sizes.ts';

/** @internal An axis before the rank is known. */
export interface AxisDraw {
  readonly position: number;
  readonly fromEnd: boolean;
}

/** Ranks up to 4 divide it: taken modulo one of them, all axes are equally frequent. */
const POSITIONS = 12;
const MOST_AXES = 4;

/** @internal Axis 0, counted from the front, is the simplest. */
export function axisDraw(): fc.Arbitrary<AxisDraw> {
  return fastCheck().record({ position: between(0, POSITIONS - 1), fromEnd: fastCheck().boolean() });
}

/** @internal The axis that was drawn, for a rank of at least 1. */
export function toAxis({ position, fromEnd }: AxisDraw, rank: number): number {
  return (position % rank) - (fromEnd ? rank : 0);
}

/** @internal The axis counted from the front. */
export function fromFront(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}

/** @internal The default, one axis, or several. */
export interface AxisChoice {
  readonly kind: 'default' | 'one' | 'several';
  readonly one: AxisDraw;
  readonly several: readonly AxisDraw[];
  /** Whether a list keeps the order in which its axes were drawn. */
  readonly asDrawn: boolean;
}

/** @internal What the option `axis` of a reduction may be: left out, one axis or a list of them, counted from either side, in any order. */
export function axisChoices(
  kinds: readonly AxisChoice['kind'][] = ['default', 'one', 'one', 'several', 'several'],
): fc.Arbitrary<AxisChoice> {
  return fastCheck().record({
    kind: fastCheck().constantFrom(...kinds),
    one: axisDraw(),
    several: upTo(0, MOST_AXES, axisDraw()),
    asDrawn: fastCheck().boolean(),
  });
}

/** @internal The choice for a rank; undefined for the default, which is all that one axis of a scalar can be. */
export function chosenAxis(rank: number, choice: AxisChoice): number | readonly number[] | undefined {
  if (choice.kind === 'default' || (choice.kind === 'one' && rank === 0)) return undefined;
  if (choice.kind === 'one') return toAxis(choice.one, rank);
  // An axis must not be named twice.
  const axes = new Map<number, number>();
  for (const draw of rank === 0 ? [] : choice.several) {
    const axis = toAxis(draw, rank);
    axes.set(fromFront(axis, rank), axis);
  }
  const drawn = [...axes];
  return (choice.asDrawn ? drawn : drawn.sort(([a], [b]) => a - b)).map(([, axis]) => axis);
}
