/** ensemble.fit(): weights that are learned on held-out predictions. */
import { ArgumentError, describeValue, optionsOf } from '../errors.ts';
import { sizeOf } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { ArrayData, Column, DataSet } from '../training/data.ts';
import type { Model } from '../training/models.ts';
import { compilationOf } from '../training/state.ts';
import { meaningOf } from './combining.ts';
import { makeEnsemble, type Ensemble } from './ensemble-model.ts';
import {
  likePredictions,
  predictionsOf,
  rowShares,
  targetsOf,
  type GivenPredictions,
  type MemberPredictions,
} from './held-out.ts';
import { checkModels } from './members.ts';
import { geometricClasses, geometricYes, mixtureOf, squaredError, sumOf, type Predicted } from './objectives.ts';
import { learnWeights, type WeightedObjective } from './shrinkage.ts';
import { selectGreedily } from './simplex.ts';

/** Options of `ensemble.fit`. */
export interface EnsembleFitOptions {
  /** Which ensemble is made. Default: `weighted`. */
  readonly mode?: 'weighted' | 'geometric';
  /** `simplex`: any weights that sum to 1; `greedy`: whole numbers of votes. Default: `simplex`. */
  readonly method?: 'simplex' | 'greedy';
  /**
   * How strongly the weights of `simplex` are drawn to equal ones. 0: the least loss on these data; 1: about half of the
   * way there from equal ones; Infinity: equal ones. Default: `auto`, the strongest whose loss, in ten-fold
   * cross-validation over the samples, is within one standard error of the least.
   */
  readonly shrinkage?: number | 'auto';
  /** Votes that `greedy` gives. Default: 50. */
  readonly rounds?: number;
  /** What is minimized. Default: `crossentropy` for an output with softmax or sigmoid behind it, else `mse`. */
  readonly loss?: 'crossentropy' | 'mse';
  /**
   * What the models predicted for the samples of y, one entry each, in place of x: out-of-fold predictions of
   * `crossValidate`, say, so that no sample is set aside. Samples for which all have NaN are left out.
   */
  readonly predictions?: GivenPredictions;
  /** One number for each sample. Default: all count alike. */
  readonly sampleWeight?: ArrayData;
  /** Samples per step of the predictions. Default: 32. */
  readonly batchSize?: number;
  /** Name of the ensemble. */
  readonly name?: string;
  readonly signal?: AbortSignal;
}

const where = 'ensemble.fit';

/** @internal See `ensemble.fit`. */
export async function fitEnsemble<Names extends string>(
  models: readonly Model<Names>[],
  x: DataSet | null,
  y: DataSet,
  options?: EnsembleFitOptions,
): Promise<Ensemble<Names>> {
  checkModels(where, models);
  const given = optionsOf(where, options);
  checkOptions(given);
  const { mode = 'weighted', method = 'simplex', shrinkage = 'auto', rounds = 50, batchSize, signal, name } = given;
  const all = models as readonly Model[];
  // What does not fit together is refused before anything is predicted.
  makeEnsemble(all, { mode, weights: all.map(() => 1), name: 'unused' });
  const run = { ...(batchSize === undefined ? {} : { batchSize }), ...(signal ? { signal } : {}) };
  const outputs = await predictionsOf(where, all, x, given.predictions, run);
  const shares = rowShares(where, outputs, given.sampleWeight);
  const objectiveOf = objectivesOf(all[0] as Model, outputs, targetsOf(where, all[0] as Model, y), shares, given);
  const weights =
    method === 'greedy' ? selectGreedily(objectiveOf(shares), rounds) : learnWeights(objectiveOf, shares, shrinkage);
  return makeEnsemble(models, { mode, weights: [...weights], ...(name === undefined ? {} : { name }) });
}

function objectivesOf(
  model: Model,
  outputs: MemberPredictions,
  targets: readonly Column[],
  counts: Float64Array,
  options: EnsembleFitOptions,
): WeightedObjective {
  const parts = outputs.map((members, output): WeightedObjective => {
    const name = model.outputNames[output] as string;
    const meaning = meaningOf(model.outputs[output] as Model['outputs'][number]);
    const loss = options.loss ?? defaultLoss(model, output, meaning !== 'numbers');
    if (loss === 'crossentropy' && meaning === 'numbers') {
      throw new ArgumentError(
        `${where}: the output '${name}' has neither softmax nor sigmoid behind it, so that it has no log loss. Take the loss 'mse'.`,
        { where, got: loss },
      );
    }
    if (options.mode === 'geometric' && loss === 'mse') {
      throw new ArgumentError(`${where}: mode 'geometric' minimizes the log loss only. Leave out the loss 'mse'.`, {
        where,
        got: loss,
      });
    }
    const wanted = likePredictions(where, targets[output] as Column, members[0] as Tensor, {
      name,
      kind: loss === 'mse' ? 'numbers' : meaning,
      shares: counts,
      instead: "take the loss 'mse'",
    });
    return (shares) => {
      const predicted = laidOut(wanted, members, shares);
      if (options.mode === 'geometric') {
        return meaning === 'classes' ? geometricClasses(predicted) : geometricYes(predicted);
      }
      return loss === 'mse' ? squaredError(predicted) : mixtureOf(predicted, meaning === 'independent');
    };
  });
  return (shares) => sumOf(parts.map((part) => part(shares)));
}

/** Steps of a sample are rows of their own, which share what it counts. */
function laidOut(targets: ArrayLike<number>, members: readonly Tensor[], shares: Float64Array): Predicted {
  const { shape } = members[0] as Tensor;
  const width = shape.length > 1 ? (shape.at(-1) as number) : 1;
  const steps = sizeOf(shape.slice(1)) / width;
  const rowWeights = Float64Array.from({ length: shares.length * steps }, (_, row) => shares[Math.floor(row / steps)]! / steps); // prettier-ignore
  return { members: members.map(({ data }) => data), width, targets, rowWeights };
}

function defaultLoss(model: Model, output: number, isProbability: boolean): 'crossentropy' | 'mse' {
  const compiled = compilationOf(model)?.losses.find((one) => one.output === output)?.loss.name;
  if (!isProbability) return 'mse';
  return compiled === undefined || compiled.includes('crossentropy') ? 'crossentropy' : 'mse';
}

function checkOptions({ mode, method, shrinkage, rounds, loss }: EnsembleFitOptions): void {
  for (const [name, value, known] of [
    ['mode', mode, ['weighted', 'geometric']],
    ['method', method, ['simplex', 'greedy']],
    ['loss', loss, ['crossentropy', 'mse']],
  ] as const) {
    if (value === undefined || (known as readonly string[]).includes(value)) continue;
    throw new ArgumentError(
      `${where}: ${name} is ${describeValue(value)}. Give ${known.map((one) => `'${one}'`).join(' or ')}.`,
      { where, got: value, expected: known },
    );
  }
  if (!(shrinkage === undefined || shrinkage === 'auto' || (typeof shrinkage === 'number' && shrinkage >= 0))) {
    throw new ArgumentError(
      `${where}: shrinkage is ${describeValue(shrinkage)}. Give a number that is not negative, or 'auto'.`,
      { where, got: shrinkage },
    );
  }
  if (shrinkage !== undefined && method === 'greedy') {
    throw new ArgumentError(
      `${where}: votes of method 'greedy' know no shrinkage. Leave it out, or give fewer rounds.`,
      {
        where,
        got: shrinkage,
      },
    );
  }
  if (rounds === undefined || (Number.isSafeInteger(rounds) && rounds >= 1)) return;
  throw new ArgumentError(`${where}: rounds is ${describeValue(rounds)}. Give an integer of at least 1.`, {
    where,
    got: rounds,
  });
}
