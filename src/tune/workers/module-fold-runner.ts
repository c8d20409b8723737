/** Folds in threads: what `crossValidate` does with the URL of a module. */
import { layOut } from '../../models/structure.ts';
import { globalSeed } from '../../ops/random-state.ts';
import { Tensor } from '../../tensor/tensor.ts';
import type { FitOptions } from '../../training/fit.ts';
import { History } from '../../training/history.ts';
import { joinSignals } from '../../training/join-signals.ts';
import { buildFold, type BuildModel } from '../fold.ts';
import type { FoldRunner } from '../fold-runner.ts';
import { FreshModels } from '../fresh-models.ts';
import type { FoldPayload, FoldReport, PlainTensor } from './fold-job.ts';
import { importDefault } from './job-module.ts';
import { importThreads } from '../../workers/threads.ts';
import { WorkerPool } from './worker-pool.ts';

/**
 * @internal A runner whose threads import the module. So does this one: it builds the models anew, for the weights that
 * come back.
 * @throws ArgumentError for a module that cannot be imported or has no function as its default export
 */
export async function moduleFoldRunner(where: string, url: URL, workers: number): Promise<FoldRunner> {
  const module = { module: url.href, where };
  const threads = await importThreads(where);
  const build = (await importDefault(module)) as BuildModel;
  const pool = new WorkerPool(threads, workers);
  const fresh = new FreshModels(where);
  return {
    lanes: workers,
    async run(samples, { signal: outer, ...options }) {
      const model = await buildFold(where, build, samples.fold, options.seed);
      fresh.claim(model, { what: `fold ${samples.fold.index}` });
      // Signals stay here: a thread is told of them by the pool.
      const { signal: own, ...fit } = options.fit as FitOptions;
      const { signal, release } = joinSignals(`${where}: fit`, [outer, own]);
      const payload: FoldPayload = { ...module, samples, options: { ...options, fit }, globalSeed: globalSeed() };
      const ended = pool.run({ name: 'fold', payload, signal }).finally(release);
      const report = (await ended.catch((error: unknown) => {
        // A thread learns that it is to end, and not why.
        throw signal.aborted ? signal.reason : error;
      })) as FoldReport;
      model.setWeights(report.weights.map(tensorOf));
      const history = new History();
      history.setState(report.history);
      history.params = report.params;
      history.model = model;
      const predictions = layOut(model.outputLayout, report.predictions.map(tensorOf));
      return { model, history, logs: report.logs, predictions };
    },
    close: () => pool.close(),
  };
}

const tensorOf = ({ shape, data }: PlainTensor): Tensor => new Tensor(shape, data as Float32Array);
