/** Schedules in Keras's files. */
import { ArgumentError, describeValue, FormatError } from '../../errors.ts';
import { lookUp, toEnvelope, type KerasEnvelope } from '../../names.ts';
import { fromSnakeCase, isEnvelope } from '../snake-case.ts';
import { CosineDecayRestarts } from './cosine-decay-restarts.ts';
import { CosineDecay } from './cosine-decay.ts';
import { ExponentialDecay } from './exponential-decay.ts';
import { InverseTimeDecay } from './inverse-time-decay.ts';
import { PiecewiseConstantDecay } from './piecewise-constant-decay.ts';
import { PolynomialDecay } from './polynomial-decay.ts';
import { LearningRateSchedule } from './schedule.ts';

type Maker = new (options: never) => LearningRateSchedule;

const known: ReadonlyMap<string, Maker> = new Map<string, Maker>([
  ['cosine_decay', CosineDecay],
  ['cosine_decay_restarts', CosineDecayRestarts],
  ['exponential_decay', ExponentialDecay],
  ['inverse_time_decay', InverseTimeDecay],
  ['piecewise_constant_decay', PiecewiseConstantDecay],
  ['polynomial_decay', PolynomialDecay],
]);

/** The schedule in Keras 3's envelope. */
export function serializeSchedule(schedule: LearningRateSchedule): KerasEnvelope {
  if (!((schedule as unknown) instanceof LearningRateSchedule)) {
    throw new ArgumentError(`serializeSchedule: ${describeValue(schedule)} is no schedule. Make one with schedules.`, {
      where: 'serializeSchedule',
      got: schedule,
    });
  }
  return toEnvelope('keras.optimizers.schedules', schedule.className, schedule.getConfig());
}

/**
 * The schedule of an envelope from a Keras file.
 * @throws ArgumentError for an unknown class or settings out of range; FormatError for something that is no envelope
 * @example schedules.scheduleFromConfig(schedules.serializeSchedule(schedules.cosineDecay(0.1, 1000)))
 */
export function scheduleFromConfig(value: KerasEnvelope): LearningRateSchedule {
  const where = 'scheduleFromConfig';
  const given: unknown = value;
  if (!isEnvelope(given)) {
    throw new FormatError(
      `${where}: ${describeValue(given)} is no schedule. Give Keras's envelope: an object with class_name and config.`,
      { where, got: value },
    );
  }
  const Schedule = lookUp(where, 'schedule', value.class_name, known);
  try {
    return new Schedule(fromSnakeCase(value.config) as never);
  } catch (cause) {
    if (!(cause instanceof ArgumentError)) throw cause;
    throw new ArgumentError(`${where}: the settings of ${value.class_name} are wrong: ${cause.message}`, {
      where,
      got: value.config,
      cause,
    });
  }
}
