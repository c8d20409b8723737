/** Constraints: rules that weights keep after every update. */
export type { Constraint } from './constraint.ts';
export {
  maxNorm,
  minMaxNorm,
  nonNeg,
  unitNorm,
  type MaxNormOptions,
  type MinMaxNormOptions,
  type NormAxis,
  type UnitNormOptions,
} from './norms.ts';
export { constraintFromConfig, resolveConstraint, serializeConstraint } from './resolve.ts';
