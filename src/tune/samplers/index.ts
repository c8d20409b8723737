/** The samplers of a study: what chooses the values of parameters. */
export { random } from './random.ts';
