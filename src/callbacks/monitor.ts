/** What callbacks that watch one log share: which way is better, what counts as better, and a log that is missing. */
import { ArgumentError } from '../errors.ts';
import { metricDirection, type MetricDirection } from '../metrics/index.ts';
import type { Model } from '../models/model.ts';
import type { Logs } from '../training/callback.ts';
import { warn } from '../console.ts';
import { compilationOf } from '../training/state.ts';

/** `'min'`: smaller is better; `'max'`: larger is; `'auto'`: as the loss or metric of this name says. */
export type MonitorMode = 'auto' | 'min' | 'max';

export interface MonitorOptions {
  /** Name of the log. Default `'val_loss'`. */
  readonly monitor?: string;
  /** Default `'auto'`. */
  readonly mode?: MonitorMode;
  /** How much better counts as better, in either direction; the sign does not matter. */
  readonly minDelta?: number;
}

/** Watches one log on behalf of a callback. */
export class Monitor {
  readonly name: string;
  readonly #where: string;
  readonly #mode: MonitorMode;
  readonly #minDelta: number;
  #direction: MetricDirection = 'min';
  #warned = false;

  /** @throws ArgumentError for an unknown mode, an empty name or a `minDelta` that is no number */
  constructor(where: string, { monitor = 'val_loss', mode = 'auto', minDelta = 0 }: MonitorOptions) {
    if (typeof monitor !== 'string' || monitor === '') {
      throw new ArgumentError(
        `${where}: monitor is ${JSON.stringify(monitor)}; it must be the name of a log, such as 'val_loss'.`,
        { where, got: monitor },
      );
    }
    if (!['auto', 'min', 'max'].includes(mode)) {
      throw new ArgumentError(`${where}: unknown mode '${String(mode)}'; it must be 'auto', 'min' or 'max'.`, {
        where,
        got: mode,
        expected: ['auto', 'min', 'max'],
      });
    }
    this.name = monitor;
    this.#where = where;
    this.#mode = mode;
    this.#minDelta = Math.abs(numberOption(where, 'minDelta', minDelta));
  }

  /**
   * Call it when training begins.
   * @throws ArgumentError when the mode is `'auto'` and the name does not tell which way is better
   */
  begin(model: Model): void {
    this.#warned = false;
    const direction = this.#mode === 'auto' ? directionOf(model, this.name) : this.#mode;
    if (!direction) {
      throw new ArgumentError(
        `${this.#where}: whether '${this.name}' should rise or fall is not known from its name. Give mode 'max' or 'min'.`,
        { where: this.#where, got: this.name, expected: ['min', 'max'] },
      );
    }
    this.#direction = direction;
  }

  /** The watched value; undefined, with one warning per training, when the logs lack it. */
  valueIn(logs: Logs): number | undefined {
    const value = logs[this.name];
    if (value === undefined && !this.#warned) {
      this.#warned = true;
      warn(
        `${this.#where}: there is no log '${this.name}', so nothing is done. The logs are ${Object.keys(logs).join(', ') || 'empty'}.`,
      );
    }
    return value;
  }

  /** Whether `value` beats `reference` by more than `minDelta`; everything beats undefined. */
  improves(value: number, reference: number | undefined): boolean {
    if (reference === undefined) return true;
    // Rounded as Keras compares: what float32 cannot tell apart is no progress.
    const best = Math.fround(reference);
    return this.#direction === 'min'
      ? Math.fround(value + this.#minDelta) < best
      : Math.fround(value - this.#minDelta) > best;
  }
}

// A metric of the user's may tell by itself.
function directionOf(model: Model, name: string): MetricDirection | undefined {
  const plain = name.replace(/^val_/, '');
  const spec = compilationOf(model)?.metrics.find(({ logName }) => logName === plain)?.spec;
  return (typeof spec === 'object' ? spec.direction : undefined) ?? metricDirection(name);
}

/** @throws ArgumentError unless the option is a finite number */
export function numberOption(where: string, name: string, value: unknown): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new ArgumentError(`${where}: ${name} is ${String(value)}; it must be a finite number.`, { where, got: value });
}

/** @throws ArgumentError unless the option is a whole number of at least 0 */
export function countOption(where: string, name: string, value: unknown): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value;
  throw new ArgumentError(`${where}: ${name} is ${String(value)}; it must be an integer of at least 0.`, {
    where,
    got: value,
  });
}
