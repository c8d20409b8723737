/** What a job in a thread has of the thread that gave it. */
export interface JobLink {
  /** Aborted when the job is to end. */
  readonly signal: AbortSignal;
  /** Waits for the answer, without giving way to anything else in this thread. @throws what the answer throws */
  ask(call: unknown): unknown;
}

/** The payload is a copy of what was given, the result is copied back. */
export type JobProgram = (payload: unknown, link: JobLink) => unknown;
