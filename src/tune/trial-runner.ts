/** What runs the objective of trials: a function in this thread, threads, other machines. */
import type { Trial } from './trial.ts';

export interface TrialRunner {
  /** Whose trials these are, for messages: `study.optimize`. */
  readonly where: string;
  /** Trials at once. */
  readonly lanes: number;
  /**
   * What the objective gives for a trial, which may be anything: `Study.tell` says what is right.
   * @throws what the objective throws; TrialPruned for a trial that ended early
   */
  run(trial: Trial): unknown;
  /** Ends what the runner holds. */
  close(): Promise<void>;
}
