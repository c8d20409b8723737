/** Data helpers: sequences of one length, one-hot labels, splits, batches, common orders, norms. */
export type { Columnar, DataArray } from './array.ts';
export { batches, type Batched, type Batches, type BatchesOptions, type BatchItem } from './batches.ts';
export { normalize, type NormalizeOptions } from './normalize.ts';
export { padSequences, type PadSequencesOptions, type Sequences } from './pad-sequences.ts';
export { shuffle, type ShuffleOptions } from './shuffle.ts';
export { toCategorical, type ToCategoricalOptions } from './to-categorical.ts';
export { trainTestSplit, type TrainTestSplit, type TrainTestSplitOptions } from './train-test-split.ts';
