/** Trains and tests the model of one fold in a thread. */
import { seed } from '../../layers/naming.ts';
import { itemsOf } from '../../models/structure.ts';
import type { StateValue } from '../../tensor/state-value.ts';
import { Tensor, type NumericArray } from '../../tensor/tensor.ts';
import type { CallbackParams, Logs } from '../../training/callback.ts';
import { buildFold, runFold, type BuildModel, type FoldOptions, type FoldSamples } from '../fold.ts';
import type { JobProgram } from './job-link.ts';
import { importDefault, type ModulePayload } from './job-module.ts';

/** @internal */
export interface FoldPayload extends ModulePayload {
  readonly samples: FoldSamples;
  readonly options: Omit<FoldOptions, 'signal'>;
  readonly globalSeed: number;
}

/** @internal A tensor as data. */
export interface PlainTensor {
  readonly shape: readonly number[];
  readonly data: NumericArray;
}

/** @internal What comes back of a fold. */
export interface FoldReport {
  readonly weights: readonly PlainTensor[];
  readonly history: StateValue;
  readonly params: CallbackParams | undefined;
  readonly logs: Logs;
  /** One for each output. */
  readonly predictions: readonly PlainTensor[];
}

/** @internal @returns a FoldReport */
export const foldJob: JobProgram = async (payload, link): Promise<FoldReport> => {
  const { samples, options, globalSeed, ...module } = payload as FoldPayload;
  const build = (await importDefault(module)) as BuildModel;
  seed(globalSeed);
  const model = await buildFold(module.where, build, samples.fold, options.seed);
  const result = await runFold(module.where, model, samples, { ...options, signal: link.signal });
  const predictions = itemsOf(result.predictions, (one): one is Tensor => one instanceof Tensor).items;
  return {
    weights: (await result.model.getWeights()).map(plain),
    history: result.history.getState(),
    params: result.history.params,
    logs: { ...result.logs },
    predictions: predictions.map(plain),
  };
};

const plain = ({ shape, data }: Tensor): PlainTensor => ({ shape: [...shape], data });
