/** The samplers of a study: what chooses the values of parameters. */
export { random } from './random.ts';
export { sobol } from './sobol/sobol.ts';
export { tpe, type TpeOptions } from './tpe/tpe.ts';
