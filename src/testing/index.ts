/** gradtape/testing: checks for ops and layers of one's own. All but `gradcheck` need fast-check. */
export * as arbitraries from './arbitraries/index.ts';
export { gradcheck, type GradcheckOptions, type GradcheckReport } from './gradcheck.ts';
export { LawError } from './law-error.ts';
export { layerLaws, type LayerLawOptions, type LayerLawReport } from './layer-laws.ts';
export type { LayerRow } from './layer-row.ts';
export { opLaws, type OpLawOptions, type OpLawReport } from './op-laws.ts';
export type { OpCase, OpRow, RefusedCall } from './op-row.ts';
