/** Ways to split samples into those to train on and those to test with. */
export { groupKFold } from './group-k-fold.ts';
export { kFold } from './k-fold.ts';
export type { FoldOptions, Labels, Split } from './split.ts';
export { stratifiedGroupKFold } from './stratified-group-k-fold.ts';
export { stratifiedKFold } from './stratified-k-fold.ts';
export { timeSeriesSplit, type TimeSeriesOptions } from './time-series-split.ts';
