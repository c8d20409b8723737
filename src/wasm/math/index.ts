/**
 * Elementary functions on four floats at once, made of single correctly rounded operations: every machine gives the same
 * bits. Each writes its code in place; x is a local, so that it can be used twice.
 */
export { exp } from './exp.ts';
export { expm1 } from './expm1.ts';
export { log } from './log.ts';
export { log1p, softplus } from './log1p.ts';
export { tanh } from './tanh.ts';
export { sigmoid } from './sigmoid.ts';
export { erf } from './erf.ts';
export { rsqrt } from './rsqrt.ts';
export { cos, sin } from './sine.ts';
export { pow } from './pow.ts';
