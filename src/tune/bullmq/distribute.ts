/** The trials of a study, run by workers on other machines. */
import { ArgumentError, describeValue, optionsOf } from '../../errors.ts';
import { checkOptions, type OptimizeOptions } from '../optimize.ts';
import { Study } from '../study.ts';
import { importBullMQ, queueOptions, type BullLibrary, type SharedOptions } from './bullmq.ts';
import { openCoordinator } from './coordinator.ts';

const WHERE = 'distribute';

/** Options of `distribute`: those of `study.optimize`, and where the workers are found. */
export interface DistributeOptions extends SharedOptions, Omit<OptimizeOptions, 'parallel' | 'workers'> {
  /** Trials that are out at once: as many as all workers together run. Default: 4. */
  readonly parallel?: number;
}

/**
 * Runs the trials of a study by the workers that `serveTrials` started, wherever they are: as jobs of BullMQ, in Redis.
 * The study stays here. What an objective suggests, reports and asks comes back through Redis, so samplers and pruners
 * see all trials as they run.
 *
 * A worker that dies loses its trials: others run them again with their parameters. A run of this function that dies is
 * gone on with by the next one, if the study has storage: trials that ran meanwhile count. One run at a time for a study.
 * @param study from `createStudy`
 * @param options `queue`, `connection`, `parallel`, and those of `study.optimize`
 * @throws ArgumentError for a study and for options that are none, and when bullmq is not installed
 * @throws GradtapeError when Redis does not answer within 10 seconds, and as `study.optimize`
 * @example
 * const study = await createStudy({ direction: 'maximize', storage: 'digits.journal' });
 * await distribute(study, { queue: 'digits', connection: 'redis://10.0.0.5', totalTrials: 200, parallel: 16 });
 */
export async function distribute(study: Study, options: DistributeOptions): Promise<void> {
  if (!((study as unknown) instanceof Study)) {
    throw new ArgumentError(`${WHERE}: the study is ${describeValue(study)}. Give what createStudy gave, awaited.`, {
      where: WHERE,
      got: study,
    });
  }
  const given = optionsOf(WHERE, options);
  checkOptions(WHERE, given);
  queueOptions(WHERE, given);
  await distributeBy(await importBullMQ(WHERE), study, given);
}

/** @internal `distribute` by a library that is given. */
export async function distributeBy(library: BullLibrary, study: Study, given: DistributeOptions): Promise<void> {
  const options = { where: WHERE, name: given.queue, options: queueOptions(WHERE, given), lanes: given.parallel ?? 4 };
  await study.runBy(await openCoordinator(library, study, options), given);
}
