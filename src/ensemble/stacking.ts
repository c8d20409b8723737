/** stacking(), and stacking.fit(), which trains. */
import type { DataSet } from '../training/data.ts';
import type { Model } from '../training/models.ts';
import type { StackingFitOptions } from './fit-stacking.ts';
import { makeStacking, type StackingOptions } from './stacking-model.ts';

/** `stacking` and what it has. */
export interface StackingMaker {
  /**
   * One model of several and a further one, whose input is what they predict, side by side: all outputs of the first,
   * flattened, then those of the second, and so on.
   * @param models with inputs and outputs of the same shapes, each once
   * @param meta takes `[features]`: the number of all outputs of all models
   * @throws ArgumentError, ShapeError for models that do not fit together
   * @example const stacked = stacking([modelA, modelB], meta);
   */
  (models: readonly Model[], meta: Model, options?: StackingOptions): Model;
  /**
   * Trains the further model on what the models predict, and makes one model of all. The models stay as they are. Their
   * predictions should be of samples that they were not trained on: of held-out ones, or out-of-fold predictions of
   * `crossValidate`. Source: Wolpert 1992.
   * @param x inputs, or null with the option `predictions`
   * @param y targets, as the meta model takes them; for the default one as in `ensemble.fit`
   * @param options meta one dense layer, fit { epochs: 100 }, predictions none, sampleWeight none
   * @throws ArgumentError, ShapeError for models, data or options that do not fit
   * @example
   * const stacked = await stacking.fit([modelA, modelB], xVal, yVal);
   * const predictions = await stacked.predict(xTest);
   */
  fit(models: readonly Model[], x: DataSet | null, y: DataSet, options?: StackingFitOptions): Promise<Model>;
}

export const stacking: StackingMaker = /* @__PURE__ */ Object.assign(
  (models: readonly Model[], meta: Model, options?: StackingOptions): Model => makeStacking(models, meta, options),
  {
    // What trains comes when it is asked for.
    fit: async (...args: Parameters<StackingMaker['fit']>): Promise<Model> =>
      (await import('./fit-stacking.ts')).fitStacking(...args),
  },
);
