/** Several models as one. */
export { ensemble, type EnsembleMaker } from './ensemble.ts';
export type { EnsembleMode } from './combining.ts';
export type { Ensemble, EnsembleOptions } from './ensemble-model.ts';
export type { EnsembleFitOptions } from './fit-ensemble.ts';
export type { StackingFitOptions } from './fit-stacking.ts';
export { stacking, type StackingMaker } from './stacking.ts';
export type { StackingOptions } from './stacking-model.ts';
