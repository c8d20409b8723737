/** Several models as one. */
export { ensemble, type EnsembleMaker } from './ensemble.ts';
export type { EnsembleMode } from './combining.ts';
export type { Ensemble, EnsembleOptions } from './ensemble-model.ts';
export type { EnsembleFitOptions } from './fit-ensemble.ts';
export { stacking, type StackingFitOptions, type StackingMaker, type StackingOptions } from './stacking.ts';
