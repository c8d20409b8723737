/** ensemble(), and ensemble.fit(), which learns the weights. */
import type { DataSet } from '../training/data.ts';
import type { Model } from '../training/models.ts';
import { makeEnsemble, type Ensemble, type EnsembleOptions } from './ensemble-model.ts';
import type { EnsembleFitOptions } from './fit-ensemble.ts';

/** `ensemble` and what it has. */
export interface EnsembleMaker {
  /**
   * One model of several, which have inputs and outputs of the same shapes. It is a model like any: it predicts in one
   * program, evaluates (with the losses and metrics of the first model, where that is compiled), saves and loads.
   *
   * - `mean`: y = (y_1 + ... + y_n) / n
   * - `weighted`: y = sum_i w_i y_i
   * - `geometric`: y_c = prod_i p_ic^w_i, divided by its sum over the classes c; of sigmoid outputs over yes and no
   * - `voting`: y_c = sum_i w_i where class c is the likeliest of model i; equally likely ones share its vote. The first
   *   class of equal sums is that of `argmax`. Of sigmoid outputs the share of models that say more than 0.5
   *
   * It is made of Keras's own layers and operations: a `.keras` file of it opens in Keras, in every mode.
   * @param models each once; those of files come from `loadModel` of `gradtape/keras`. Their weights are shared, not copied
   * @param options mode, weights, name
   * @throws ArgumentError for weights that are negative, not finite, all 0, or of another number; for a mode that does
   *   not suit the outputs; ShapeError for models of different shapes
   * @example
   * const mean = ensemble([modelA, modelB, modelC]);
   * const weighted = ensemble([modelA, modelB, modelC], { weights: [0.5, 0.25, 0.25] });
   * const predictions = await weighted.predict(x);
   */
  <Names extends string>(models: readonly Model<Names>[], options?: EnsembleOptions): Ensemble<Names>;
  /**
   * An ensemble whose weights are learned: those with the least log loss (or mean squared error) on held-out data, of all
   * that are not negative and sum to 1. The problem is convex; the weights are found in double precision, without chance,
   * and are never worse on these data than equal ones. Those of 0 leave their models out.
   *
   * The differences between models are often smaller than what a few thousand samples can tell. So weights leave equal ones
   * only where cross-validation shows that it helps: `shrinkage: 0` takes the least loss on these data, which is not above
   * that of the best model alone. `greedy` gives the best of up to `rounds` votes (Caruana et al. 2004).
   *
   * The data should be new to the models. With out-of-fold predictions none need be set aside: for several
   * cross-validations a and b, `ensemble.fit([ensemble(a.models), ensemble(b.models)], null, y, { predictions:
   * [a.predictions, b.predictions] })`.
   * @param models as for `ensemble`
   * @param x inputs, or null with the option `predictions`
   * @param y targets: as in `fit`, labels or one-hot rows for classes; several outputs' losses are added. The log loss takes
   *   probabilities: from 0 to 1, for classes rows that sum to 1, as smoothed labels do; the squared error finite numbers
   * @param options mode 'weighted', method 'simplex', shrinkage 'auto', rounds 50, loss by the outputs, predictions none,
   *   sampleWeight none
   * @throws ArgumentError for models, data or options that do not fit
   * @example
   * const blend = await ensemble.fit(folds.models, xVal, yVal);
   * blend.memberWeights; // [0.31, 0, 0.69]
   */
  fit<Names extends string>(
    models: readonly Model<Names>[],
    x: DataSet | null,
    y: DataSet,
    options?: EnsembleFitOptions,
  ): Promise<Ensemble<Names>>;
}

export const ensemble: EnsembleMaker = /* @__PURE__ */ Object.assign(
  <Names extends string>(models: readonly Model<Names>[], options?: EnsembleOptions): Ensemble<Names> =>
    makeEnsemble(models, options),
  {
    // What learns the weights comes when it is asked for.
    fit: async <Names extends string>(
      models: readonly Model<Names>[],
      x: DataSet | null,
      y: DataSet,
      options?: EnsembleFitOptions,
    ): Promise<Ensemble<Names>> => (await import('./fit-ensemble.ts')).fitEnsemble(models, x, y, options),
  },
);
