/** What a broken law throws, and how many cases it took. */
import { GradtapeError, type ErrorDetails } from '../errors.ts';

/** A law that does not hold. The message has the law, the failure and, with fast-check, the smallest case that fails. */
export class LawError extends GradtapeError {
  static override readonly errorName: string = 'LawError';
  /** The claim that failed, as the report lists it. */
  readonly law: string;
  /** Cases run until the first failure; shrinking is not counted. */
  readonly cases: number;

  constructor(message: string, law: string, cases: number, details: ErrorDetails = {}) {
    super(message, details);
    this.law = law;
    this.cases = cases;
  }
}
