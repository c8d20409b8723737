/** gradtape/testing: checks for ops and layers of one's own. All but `gradcheck` need fast-check. */
export { gradcheck, type GradcheckOptions, type GradcheckReport } from './gradcheck.ts';
export { LawError } from './law-error.ts';
export { opLaws, type OpLawOptions, type OpLawReport } from './op-laws.ts';
export type { OpCase, OpRow, RefusedCall } from './op-row.ts';
