/** What the small examples are started with, and what their tests look at. */
import type { History } from 'gradtape/node';

export interface RunOptions {
  /** Of the first weights, the order of the samples and the choice of the data. Default: the one in the example. */
  readonly seed?: number;
  /** Prints what happens. Default false. */
  readonly verbose?: boolean;
}

export interface RunResult {
  readonly history: History;
  /** On data that training never saw. */
  readonly accuracy: number;
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
