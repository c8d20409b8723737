/** An ensemble: a model whose layers are models. */
import { ArgumentError, describeValue, optionsOf, suggestName } from '../errors.ts';
import { automaticName } from '../layers/naming.ts';
import { layOut } from '../models/structure.ts';
import { Model } from '../training/models.ts';
import { compileOptionsOf } from '../training/state.ts';
import { combine, type EnsembleMode } from './combining.ts';
import { callMembers, checkModels } from './members.ts';

/** Options of `ensemble`. */
export interface EnsembleOptions {
  /** Default: `weighted` with weights, else `mean`. */
  readonly mode?: EnsembleMode;
  /**
   * One for each model: finite, not negative, not all 0; divided by their sum. Default: equal ones; mode `weighted` needs
   * them, and `mean` takes none.
   */
  readonly weights?: readonly number[];
  /** Default `ensemble`, then `ensemble_1`. */
  readonly name?: string;
}

/** A model made of models. Saved and loaded again it is a plain model that computes the same. */
export class Ensemble<Names extends string = string> extends Model<Names> {
  /** The models, in the order in which they were given. */
  readonly members: readonly Model[];
  /** What each of them counts; the sum is 1. */
  readonly memberWeights: readonly number[];
  readonly mode: EnsembleMode;

  /** @internal Use `ensemble()`. */
  constructor(name: string, members: readonly Model[], { mode, weights }: Mixture) {
    super({ name });
    this.members = members;
    this.memberWeights = weights;
    this.mode = mode;
  }
}

/** How members count. */
export interface Mixture {
  readonly mode: EnsembleMode;
  readonly weights: readonly number[];
}

const MODES = ['mean', 'weighted', 'geometric', 'voting'] as const;

/** @internal See `ensemble`. */
export function makeEnsemble<Names extends string>(
  models: readonly Model<Names>[],
  options?: EnsembleOptions,
): Ensemble<Names> {
  const where = 'ensemble';
  checkModels(where, models);
  const { name, ...rest } = optionsOf(where, options);
  const mixture = mixtureOf(where, models.length, rest);
  const members = callMembers(where, models as readonly Model[]);
  const made = new Ensemble<Names>(name ?? automaticName('Ensemble'), models as readonly Model[], mixture);
  const outputs = members.outputNames.map((output, index) =>
    combine(where, mixture.mode, {
      name: output,
      outputs: members.outputs[index] ?? [],
      weights: mixture.weights,
      taken: members.taken,
    }),
  );
  made.setGraph(members.inputs, layOut(members.layout, outputs));
  compileLike(made as Model, models[0] as Model);
  return made;
}

/** @internal Gives a model the losses and metrics of another one, so that it can be evaluated. */
export function compileLike(made: Model, first: Model): void {
  const given = compileOptionsOf(first);
  if (!given || first.outputNames.join() !== made.outputNames.join()) return;
  const { optimizer: _, ...rest } = given;
  made.compile(rest);
}

/** @throws ArgumentError for an unknown mode, and weights that are none */
function mixtureOf(where: string, count: number, { mode: given, weights }: EnsembleOptions): Mixture {
  const mode = given ?? (weights === undefined ? 'mean' : 'weighted');
  if (!MODES.includes(mode)) {
    throw new ArgumentError(`${where}: the mode is ${describeValue(mode)}; ${suggestName(mode, MODES)}`, {
      where,
      got: mode,
      expected: MODES,
    });
  }
  if (weights === undefined && mode !== 'weighted') return { mode, weights: new Array<number>(count).fill(1 / count) };
  if (mode === 'mean') {
    throw new ArgumentError(`${where}: mode 'mean' takes no weights. Leave the mode out, or take 'weighted'.`, {
      where,
      got: weights,
    });
  }
  if (weights === undefined) {
    throw new ArgumentError(
      `${where}: mode 'weighted' needs weights, one for each of ${count} models. Give them, let ensemble.fit learn them, or take 'mean'.`,
      { where, got: weights, expected: count },
    );
  }
  return { mode, weights: shares(where, count, weights) };
}

/** @internal Weights divided by their sum. @throws ArgumentError */
export function shares(where: string, count: number, weights: unknown): readonly number[] {
  const list: readonly unknown[] = Array.isArray(weights) || weights instanceof Float32Array || weights instanceof Float64Array ? [...weights] : []; // prettier-ignore
  if (list.length !== count) {
    const got = list.length > 0 ? `${list.length} weights` : `${describeValue(weights)} for weights`;
    throw new ArgumentError(`${where}: got ${got}, there are ${count} models. Give one for each.`, {
      where,
      got: weights,
      expected: count,
    });
  }
  const wrong = list.findIndex((weight) => typeof weight !== 'number' || !(weight >= 0 && weight < Infinity));
  if (wrong >= 0) {
    throw new ArgumentError(
      `${where}: the weight of model ${wrong} is ${describeValue(list[wrong])}. Weights are finite and not negative; their sum need not be 1.`,
      { where, got: list[wrong] },
    );
  }
  const total = (list as readonly number[]).reduce((sum, weight) => sum + weight, 0);
  if (!(total > 0 && total < Infinity)) {
    throw new ArgumentError(`${where}: the sum of the weights is ${total}. It must be finite and above 0.`, {
      where,
      got: weights,
    });
  }
  return (list as readonly number[]).map((weight) => weight / total);
}
