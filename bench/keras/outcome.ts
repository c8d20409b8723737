/** What a training process tells, whichever side it is of. */
export interface Outcome {
  readonly versions: Readonly<Record<string, string>>;
  readonly parameters: number;
  /** When the first epoch had ended, in seconds since 1970. */
  readonly firstEpochEnd: number;
  /** Milliseconds of the epochs behind the first one. */
  readonly epochs: readonly number[];
  /** Of every epoch. */
  readonly losses: readonly number[];
  /** Time of processors per second of these epochs: how many cores worked. */
  readonly processor: number;
  /** On held-out data. */
  readonly accuracy?: number;
  /** The most memory that the process had, in bytes. */
  readonly peak: number;
}
