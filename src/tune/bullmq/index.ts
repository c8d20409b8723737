/** gradtape/tune-bullmq: the trials of a study on many machines, as jobs of BullMQ. */
export { distribute, type DistributeOptions } from './distribute.ts';
export { serveTrials, type ServeTrialsOptions, type TrialServer } from './serve-trials.ts';
