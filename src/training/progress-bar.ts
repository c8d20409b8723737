/**
 * The progress of fit, evaluate and predict: Keras's line on a terminal, plain lines without control characters
 * elsewhere. Validation inside fit is silent; its values appear at the end of the epoch.
 */
import { now } from '../clock.ts';
import { ArgumentError } from '../errors.ts';
import type { Callback, CallbackHooks, CallbackParams, Logs, TrainPosition } from './callback.ts';
import { checkOptionsObject } from './checks.ts';
import { standardOutput, type TextOutput } from '../console.ts';
import { formatCount, formatSeconds, formatStep, formatValues, terminalLine } from './progress-line.ts';

export interface ProgressBarOptions {
  /** 0 silent; 1 a bar on a terminal, elsewhere one line per epoch; 2 Keras's one line per epoch. Default: that of `fit`. */
  readonly verbose?: 0 | 1 | 2;
  /** Takes the text. Default: the process's standard output, or the console. */
  readonly write?: (text: string) => void;
  /** Whether lines can be drawn again. Default: what the standard output is; false with a `write`. */
  readonly isTerminal?: boolean;
  /** Cells in a row of the terminal; a longer line is cut until its last drawing. Default: those of the standard output. */
  readonly columns?: number;
}

// A person sees no more drawings than this, in milliseconds.
const REDRAW_INTERVAL = 50;

/** @internal Use `progressBar()`. */
export class ProgressBar implements CallbackHooks {
  readonly #output: TextOutput;
  readonly #fixedVerbose: 0 | 1 | 2 | undefined;
  #verbose: 0 | 1 | 2 = 1;
  #epochs = 1;
  #steps: number | undefined;
  #target: number | undefined;
  #insideFit = false;
  #title = '';
  #start = 0;
  #afterFirstStep: number | undefined;
  #lastDrawing = -Infinity;
  #seen = 0;
  // Batches of the epoch that an interrupted training had done.
  #before = 0;
  // In the order in which the names appeared.
  readonly #values: Map<string, number> = new Map();

  constructor(options: ProgressBarOptions = {}) {
    checkOptionsObject('progressBar', options);
    const { verbose, write, isTerminal, columns } = options;
    if (verbose !== undefined && ![0, 1, 2].includes(verbose)) {
      throw new ArgumentError(`progressBar: verbose is ${String(verbose)}; it must be 0, 1 or 2.`, {
        where: 'progressBar',
        got: verbose,
      });
    }
    const standard: TextOutput = write ? { write, isTerminal: false, columns: () => undefined } : standardOutput();
    this.#fixedVerbose = verbose;
    this.#output = {
      write: (text) => standard.write(text),
      isTerminal: isTerminal ?? standard.isTerminal,
      columns: () => columns ?? standard.columns(),
    };
  }

  setParams({ verbose, epochs, steps }: CallbackParams): void {
    this.#verbose = this.#fixedVerbose ?? verbose;
    this.#epochs = epochs;
    this.#steps = steps;
    this.#target = steps;
    this.#insideFit = false;
  }

  onTrainBegin(): void {
    this.#insideFit = true;
  }

  onTrainEnd(): void {
    this.#insideFit = false;
  }

  onEpochBegin(epoch: number): void {
    this.#begin(`Epoch ${epoch + 1}/${this.#epochs}`);
    if (this.#verbose !== 0 && this.#epochs > 1 && !this.#isPlain) this.#output.write(`${this.#title}\n`);
  }

  onTrainResume({ epoch, batch }: TrainPosition): void {
    if (batch === 0) return;
    this.onEpochBegin(epoch);
    this.#before = batch;
    this.#seen = batch;
  }

  onTrainBatchEnd(batch: number, logs: Logs): void {
    this.#step(batch, logs);
  }

  onEpochEnd(_epoch: number, logs: Logs): void {
    this.#finish(logs);
  }

  onTestBegin(): void {
    if (!this.#insideFit) this.#begin('');
  }

  onTestBatchEnd(batch: number, logs: Logs): void {
    if (!this.#insideFit) this.#step(batch, logs);
  }

  onTestEnd(logs: Logs): void {
    if (!this.#insideFit) this.#finish(logs);
  }

  onPredictBegin(): void {
    this.#begin('');
  }

  onPredictBatchEnd(batch: number): void {
    this.#step(batch, {});
  }

  onPredictEnd(): void {
    this.#finish({});
  }

  /** One line per epoch that tells which. */
  get #isPlain(): boolean {
    return this.#verbose === 1 && !this.#output.isTerminal;
  }

  #begin(title: string): void {
    this.#title = title;
    this.#start = now();
    this.#afterFirstStep = undefined;
    this.#lastDrawing = -Infinity;
    this.#seen = 0;
    this.#before = 0;
    this.#values.clear();
  }

  #step(batch: number, logs: Logs): void {
    if (this.#verbose === 0) return;
    const time = now();
    this.#seen = batch + 1;
    if (this.#seen === this.#before + 1) this.#afterFirstStep = time;
    this.#keep(logs);
    if (this.#verbose !== 1 || this.#isPlain || time - this.#lastDrawing < REDRAW_INTERVAL) return;
    this.#draw(time, false);
    this.#lastDrawing = time;
  }

  #finish(logs: Logs): void {
    if (this.#verbose === 0) return;
    this.#keep(logs);
    // Data of unknown length have shown it by now.
    if (this.#steps === undefined && this.#seen > 0) this.#target = this.#seen;
    const time = now();
    if (this.#verbose === 1 && !this.#isPlain) {
      this.#draw(time, true);
      return;
    }
    const elapsed = (time - this.#start) / 1000;
    const perStep = formatStep(this.#perStep(time));
    const count = this.#target === undefined ? String(this.#seen) : formatCount(this.#seen, this.#target);
    const head =
      this.#verbose === 1 ? `${this.#title || count} - ${elapsed.toFixed(1)}s` : `${count} - ${formatSeconds(elapsed)}`;
    this.#output.write(`${head} - ${perStep}${formatValues(this.#values)}\n`);
  }

  #draw(time: number, isLast: boolean): void {
    const columns = this.#output.columns();
    const progress = {
      current: this.#seen,
      target: this.#target,
      elapsed: (time - this.#start) / 1000,
      perStep: this.#perStep(time),
      isLast,
      values: this.#values,
    };
    // The last cell stays empty: some terminals wrap when it is filled.
    const line = terminalLine(progress, isLast || !columns ? Infinity : columns - 1);
    this.#output.write(`\r${line}\x1b[K${isLast ? '\n' : ''}`);
  }

  #keep(logs: Logs): void {
    for (const [name, value] of Object.entries(logs)) this.#values.set(name, value);
  }

  /** Seconds per step. The first step, which traces and compiles, counts only while it is the only one. */
  #perStep(time: number): number {
    const steps = this.#seen - this.#before;
    if (steps === 0) return 0;
    if (steps > 1 && this.#afterFirstStep !== undefined) return (time - this.#afterFirstStep) / (steps - 1) / 1000;
    return (time - this.#start) / steps / 1000;
  }
}

/**
 * Shows progress and values; `fit` and `evaluate` add one by themselves unless `verbose` is 0. Put one into `callbacks`
 * of `predict`, or to write elsewhere.
 *
 * On a terminal `12/50 ━━━━ 3s 41ms/step - loss: 0.2207` is drawn again at most every 50 ms and always at the end of an
 * epoch; elsewhere each epoch is one line, `Epoch 3/10 - 12.3s - 41ms/step - loss: 0.2207`.
 * @throws ArgumentError for another `verbose` than 0, 1 or 2
 * @example
 * await net.fit(xs, ys, { verbose: 0, callbacks: [progressBar({ verbose: 1, write: (text) => log.push(text) })] });
 */
export function progressBar(options?: ProgressBarOptions): ProgressBar {
  return new ProgressBar(options);
}

/** @internal The callbacks of a run, with a bar at the end unless it is silent or has one already. */
export function withProgressBar(callbacks: readonly Callback[], verbose: 0 | 1 | 2): readonly Callback[] {
  if (verbose === 0 || callbacks.some((callback) => callback instanceof ProgressBar)) return callbacks;
  return [...callbacks, progressBar()];
}
