/** Turns the logs of single steps into points of a curve and a speed. */
import type { Logs } from 'gradtape';
import type { TrainingPoint, Validation } from './messages.ts';

/** Steps of one point: single batches are too noisy to look at. */
const STEPS_PER_POINT = 5;
/** Milliseconds between two reports. */
const REPORT_INTERVAL = 60;
/** Milliseconds that the speed is measured over. */
const SPEED_SPAN = 2000;

export interface ProgressReport {
  readonly points: readonly TrainingPoint[];
  readonly stepsPerSecond: number;
}

export class ProgressMeter {
  readonly #began = performance.now();
  #steps = 0;
  /** Sums over the steps of the epoch, from the running means that the logs are. */
  #epoch = { loss: 0, accuracy: 0 };
  #point = { steps: 0, loss: 0, accuracy: 0 };
  #points: TrainingPoint[] = [];
  #lastReport = -Infinity;
  /** Moments at which steps were done, the oldest first. */
  readonly #marks: { time: number; steps: number }[] = [];

  /** Takes the logs of a step: means over the epoch so far. @param batch from 0 in each epoch */
  step(batch: number, logs: Logs): void {
    if (batch === 0) this.#epoch = { loss: 0, accuracy: 0 };
    const sums = { loss: valueOf(logs, 'loss') * (batch + 1), accuracy: valueOf(logs, 'accuracy') * (batch + 1) };
    this.#point.steps++;
    this.#point.loss += sums.loss - this.#epoch.loss;
    this.#point.accuracy += sums.accuracy - this.#epoch.accuracy;
    this.#epoch = sums;
    this.#steps++;
    if (this.#point.steps < STEPS_PER_POINT) return;
    const { steps, loss, accuracy } = this.#point;
    this.#points.push({ ...this.#now(), loss: loss / steps, accuracy: accuracy / steps });
    this.#point = { steps: 0, loss: 0, accuracy: 0 };
  }

  /** What the page was not told yet, when it is time to. */
  report(): ProgressReport | undefined {
    return performance.now() - this.#lastReport < REPORT_INTERVAL ? undefined : this.flush();
  }

  /** What the page was not told yet. */
  flush(): ProgressReport {
    this.#lastReport = performance.now();
    const points = this.#points;
    this.#points = [];
    return { points, stepsPerSecond: this.#speed(this.#lastReport) };
  }

  /** @param logs of the end of an epoch, counted from 0 */
  validation(epoch: number, logs: Logs): Validation {
    return {
      ...this.#now(),
      epoch: epoch + 1,
      loss: valueOf(logs, 'val_loss'),
      accuracy: valueOf(logs, 'val_accuracy'),
    };
  }

  #now(): { step: number; seconds: number } {
    return { step: this.#steps, seconds: (performance.now() - this.#began) / 1000 };
  }

  #speed(time: number): number {
    this.#marks.push({ time, steps: this.#steps });
    while (this.#marks.length > 2 && time - (this.#marks[1]?.time ?? time) > SPEED_SPAN) this.#marks.shift();
    const oldest = this.#marks[0];
    return oldest && oldest.time < time ? ((this.#steps - oldest.steps) * 1000) / (time - oldest.time) : 0;
  }
}

function valueOf(logs: Logs, name: string): number {
  return logs[name] ?? NaN;
}
