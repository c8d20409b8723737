/** The pruners of a study: what ends trials that promise little. */
export { hyperband, type HyperbandOptions } from './hyperband.ts';
export { none } from './none.ts';
export { patient, type PatientOptions } from './patient.ts';
export { median, percentile, type PercentileOptions } from './percentile.ts';
export { successiveHalving, type SuccessiveHalvingOptions } from './successive-halving.ts';
export { threshold, type ThresholdOptions } from './threshold.ts';
export { wilcoxon, type WilcoxonOptions } from './wilcoxon.ts';
