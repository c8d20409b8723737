/** ensemble(), and ensemble.fit(), which learns the weights. */
import type { Model } from '../training/models.ts';
import { makeEnsemble, type Ensemble, type EnsembleOptions } from './ensemble-model.ts';

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
}

export const ensemble: EnsembleMaker = makeEnsemble;
