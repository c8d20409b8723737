/** A learning rate that jumps at given steps. */
import { ArgumentError } from '../../errors.ts';
import { greater, where, type TensorLike } from '../../ops/index.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { checkFinite, LearningRateSchedule, type ScheduleOptions } from './schedule.ts';

export interface PiecewiseConstantDecayOptions extends ScheduleOptions {
  readonly boundaries: readonly number[];
  readonly values: readonly number[];
}

/** See `piecewiseConstantDecay`. */
export class PiecewiseConstantDecay extends LearningRateSchedule {
  readonly className = 'PiecewiseConstantDecay';
  readonly boundaries: readonly number[];
  readonly values: readonly number[];
  readonly name: string;

  constructor({ boundaries, values, name = 'PiecewiseConstant' }: PiecewiseConstantDecayOptions) {
    super();
    check(boundaries, values);
    this.boundaries = [...boundaries];
    this.values = [...values];
    this.name = name;
  }

  override at(step: TensorLike): Tensor {
    const [first, ...later] = this.values as [number, ...number[]];
    // Each boundary that the step has passed replaces the value before it.
    const rate = this.boundaries.reduce<TensorLike>(
      (before, boundary, i) => where(greater(step, boundary), later[i] as number, before),
      first,
    );
    return rate as Tensor;
  }

  override getConfig(): Record<string, unknown> {
    return { boundaries: [...this.boundaries], values: [...this.values], name: this.name };
  }
}

/**
 * A piecewise constant rate: `values[0]` up to and including step `boundaries[0]`, then `values[1]` up to and including
 * step `boundaries[1]`, and so on; the last value after the last boundary.
 * @param boundaries steps, in rising order; at least one
 * @param values rates: one more than boundaries
 * @throws ArgumentError for other lengths, boundaries that do not rise, or numbers that are not finite
 * @example optimizers.sgd({ learningRate: schedules.piecewiseConstantDecay([1000, 2000], [0.1, 0.01, 0.001]) })
 */
export function piecewiseConstantDecay(
  boundaries: readonly number[],
  values: readonly number[],
  options: ScheduleOptions = {},
): PiecewiseConstantDecay {
  return new PiecewiseConstantDecay({ ...options, boundaries, values });
}

function check(boundaries: readonly number[], values: readonly number[]): void {
  const at = 'piecewiseConstantDecay';
  if (!Array.isArray(boundaries) || !Array.isArray(values) || boundaries.length === 0) {
    throw new ArgumentError(
      `${at}: boundaries and values must be arrays of numbers, with at least one boundary. For a constant rate give the optimizer a number.`,
      { where: at, got: { boundaries, values } },
    );
  }
  if (values.length !== boundaries.length + 1) {
    throw new ArgumentError(
      `${at}: ${values.length} values for ${boundaries.length} boundaries. Give one value more than boundaries.`,
      { where: at, got: values, expected: boundaries.length + 1 },
    );
  }
  boundaries.forEach((boundary, i) => checkFinite(at, { [`boundaries[${i}]`]: boundary as number }));
  values.forEach((value, i) => checkFinite(at, { [`values[${i}]`]: value as number }));
  const falling = boundaries.findIndex((boundary, i) => i > 0 && boundary <= boundaries[i - 1]);
  if (falling < 0) return;
  throw new ArgumentError(
    `${at}: the boundary ${boundaries[falling]} does not lie above ${boundaries[falling - 1]} before it. Boundaries must rise.`,
    { where: at, got: boundaries },
  );
}
