/** What runs the folds of a cross-validation: a function in this thread, or threads that import a module. */
import { ArgumentError } from '../errors.ts';
import {
  buildFold,
  runFold,
  type BuildModel,
  type FoldFit,
  type FoldOptions,
  type FoldResult,
  type FoldSamples,
} from './fold.ts';
import { FreshModels } from './fresh-models.ts';

/** @internal */
export interface FoldRunner {
  /** Folds at once. */
  readonly lanes: number;
  /** @throws ArgumentError for a builder that gives no compiled model, or one twice; what training throws */
  run(samples: FoldSamples, options: FoldOptions): Promise<FoldResult>;
  /** Ends what the runner holds. */
  close(): Promise<void>;
}

/** The options of a cross-validation that say where it runs. */
export interface FoldRunnerOptions {
  readonly parallel?: number;
  readonly workers?: number;
  readonly fit?: FoldFit;
}

/**
 * @internal
 * @throws ArgumentError for options of the other kind, for functions that cannot be sent to threads, and for a module that
 *   cannot be imported or has no function as its default export
 */
export async function foldRunner(
  where: string,
  build: BuildModel | URL,
  { parallel, workers, fit }: FoldRunnerOptions,
): Promise<FoldRunner> {
  const refuse = (message: string, got: unknown): never => {
    throw new ArgumentError(`${where}: ${message}`, { where, got });
  };
  if (!(build instanceof URL)) {
    if (workers !== undefined) {
      refuse(
        'workers is given with a function, which threads cannot be handed. Make it the default export of a module and give its URL, or overlap folds by parallel.',
        workers,
      );
    }
    const fresh = new FreshModels(where);
    return {
      lanes: parallel ?? 1,
      async run(samples, options) {
        const model = await buildFold(where, build, samples.fold, options.seed);
        const owner = { what: `fold ${samples.fold.index}` };
        fresh.claim(model, owner);
        const result = await runFold(where, model, samples, options);
        fresh.claim(model, owner);
        return result;
      },
      close: async () => undefined,
    };
  }
  if (parallel !== undefined) {
    refuse("parallel is given with a module's URL. Say by workers how many threads run it.", parallel);
  }
  if (typeof fit === 'function' || (fit?.callbacks?.length ?? 0) > 0) {
    refuse(
      'fit has functions, which threads cannot be handed. Leave callbacks out, or give a function that makes the model, and parallel.',
      fit,
    );
  }
  const { moduleFoldRunner } = await import('./workers/module-fold-runner.ts');
  return moduleFoldRunner(where, build, workers ?? 1);
}
