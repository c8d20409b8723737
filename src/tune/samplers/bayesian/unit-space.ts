/** Parameters that are chosen together, as points: numbers in [0, 1] first, then choices by their index. */
import { countValues, fromUnit, toUnit, type Distribution } from '../../distribution.ts';
import type { JointValue } from '../../sampler.ts';
import type { TrialRecord } from '../../trial-record.ts';

/** One parameter. */
export interface Axis {
  readonly name: string;
  readonly distribution: Distribution;
  /** How many values there are: Infinity for a range without steps. */
  readonly count: number;
}

export class UnitSpace {
  /** Numbers, then choices; each in the order of their names. */
  readonly axes: readonly Axis[];
  /** How many of them are numbers. */
  readonly numeric: number;

  constructor(distributions: ReadonlyMap<string, Distribution>) {
    const axes = [...distributions].map(([name, distribution]) => ({
      name,
      distribution,
      count: countValues(distribution),
    }));
    axes.sort((a, b) => Number(isChoice(a)) - Number(isChoice(b)) || (a.name < b.name ? -1 : 1));
    this.axes = axes;
    this.numeric = axes.filter((axis) => !isChoice(axis)).length;
  }

  get size(): number {
    return this.axes.length;
  }

  /** The trials' parameters, `[count, size]`. Values beyond bounds that have changed lie on the nearest one. */
  encode(trials: readonly TrialRecord[]): Float64Array {
    const points = new Float64Array(trials.length * this.size);
    for (const [row, { internalParams }] of trials.entries()) {
      for (const [column, { name, distribution }] of this.axes.entries()) {
        const internal = internalParams.get(name) as number;
        points[row * this.size + column] = column < this.numeric ? toUnit(distribution, internal) : internal;
      }
    }
    return points;
  }

  /** Values that stand, by axis; NaN for those that do not. `[size]` */
  place(known: ReadonlyMap<string, number>): Float64Array {
    return Float64Array.from(this.axes, ({ name, distribution }, column) => {
      const internal = known.get(name);
      if (internal === undefined) return NaN;
      return column < this.numeric ? toUnit(distribution, internal) : internal;
    });
  }

  /** @param point `[size]` */
  decode(point: Float64Array): ReadonlyMap<string, JointValue> {
    const values = new Map<string, JointValue>();
    for (const [column, { name, distribution }] of this.axes.entries()) {
      const x = point[column] as number;
      values.set(name, { internal: column < this.numeric ? fromUnit(distribution, x) : x, distribution });
    }
    return values;
  }
}

/** Where the value with this index lies on its axis. */
export function placeOf({ distribution }: Axis, index: number): number {
  if (distribution.kind === 'categorical') return index;
  return toUnit(distribution, distribution.low + index * (distribution.step as number));
}

/** The index of the value that a place on an axis with steps stands for. */
export function indexOf({ distribution }: Axis, place: number): number {
  if (distribution.kind === 'categorical') return place;
  return Math.round((fromUnit(distribution, place) - distribution.low) / (distribution.step as number));
}

function isChoice({ distribution }: Axis): boolean {
  return distribution.kind === 'categorical';
}
