/** The progress line of a study. */
import { now } from '../clock.ts';
import { standardOutput } from '../console.ts';
import { formatSeconds, formatStep, formatValues, terminalLine } from '../training/progress-line.ts';
import type { Study } from './study.ts';

export class StudyProgress {
  readonly #study: Study;
  readonly #target: number | undefined;
  readonly #output = standardOutput();
  readonly #start = now();
  #current = 0;

  /** @param target trials to run; undefined when only the time is limited */
  constructor(study: Study, target: number | undefined) {
    this.#study = study;
    this.#target = target;
  }

  /** One more trial has ended. */
  update(): void {
    this.#current++;
    if (this.#output.isTerminal) this.#output.write(`\r\x1b[K${this.#line(false)}`);
  }

  end(): void {
    this.#output.write(this.#output.isTerminal ? `\r\x1b[K${this.#line(true)}\n` : `${this.#plainLine()}\n`);
  }

  /** `50/50 - 12s 240ms/step - best: 0.9870` */
  #plainLine(): string {
    const elapsed = (now() - this.#start) / 1000;
    const count = this.#target === undefined ? this.#current : `${this.#current}/${this.#target}`;
    const time = `${formatSeconds(elapsed)} ${formatStep(elapsed / Math.max(1, this.#current))}`;
    return `${count} - ${time}${formatValues(this.#values())}`;
  }

  #line(isLast: boolean): string {
    const elapsed = (now() - this.#start) / 1000;
    const progress = { current: this.#current, target: this.#target, elapsed, isLast, values: this.#values() };
    return terminalLine({ ...progress, perStep: elapsed / Math.max(1, this.#current) }, this.#output.columns() ?? 80);
  }

  #values(): ReadonlyMap<string, number> {
    const { directions, trials } = this.#study;
    if (directions.length > 1) return new Map([['pareto', this.#study.bestTrials.length]]);
    if (!trials.some(({ state }) => state === 'complete')) return new Map();
    return new Map([['best', this.#study.bestValue]]);
  }
}
