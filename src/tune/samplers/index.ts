/** The samplers of a study: what chooses the values of parameters. */
export { bayesian, type BayesianOptions } from './bayesian/bayesian.ts';
export { cmaEs, type CmaEsOptions } from './cma-es/cma-es.ts';
export { genetic, type GeneticOptions } from './genetic/genetic.ts';
export { grid, type GridSpace } from './grid.ts';
export { random } from './random.ts';
export { sobol } from './sobol/sobol.ts';
export { tpe, type TpeOptions } from './tpe/tpe.ts';
