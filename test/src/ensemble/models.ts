/** Small models for ensembles, whose outputs are told beforehand. */
import * as gt from '../../../src/index.ts';

const { layers } = gt;

export interface ConstantOptions {
  readonly name?: string;
  readonly activation?: string;
}

/** A model that gives the same row for every sample: the activation of these numbers. */
export function constant(row: readonly number[], { name, activation = 'linear' }: ConstantOptions = {}): gt.Model {
  const start = gt.input([2], { name: 'x' });
  const dense = layers.dense(row.length, { name: 'y', kernelInitializer: 'zeros', activation });
  const made = gt.model(start, dense(start), name === undefined ? {} : { name });
  made.setWeights([gt.zeros([2, row.length]), gt.tensor(row)]);
  return made as gt.Model;
}

/** A model whose softmax gives these probabilities. */
export function probabilities(row: readonly number[], name?: string): gt.Model {
  return constant(row.map(Math.log), { activation: 'softmax', ...(name === undefined ? {} : { name }) });
}

/** A model whose sigmoid gives these probabilities. */
export function yesses(row: readonly number[]): gt.Model {
  return constant(
    row.map((p) => Math.log(p / (1 - p))),
    { activation: 'sigmoid' },
  );
}

/** Random networks of one shape. */
export function network(seed: number, name?: string): gt.Model {
  gt.seed(seed);
  const start = gt.input([2], { name: 'x' });
  const h = layers.dense(5, { activation: 'tanh' })(start);
  const y = layers.dense(3, { activation: 'softmax', name: 'y' })(h);
  return gt.model(start, y, name === undefined ? {} : { name }) as gt.Model;
}

export const x: gt.Tensor = gt.ops.randomNormal([7, 2], { seed: 3 });

/** The first row of what a model predicts. */
export async function rowOf(net: gt.Model): Promise<number[]> {
  const { data, shape } = await net.predict(gt.ones([1, 2]));
  return [...data.subarray(0, shape.at(-1))];
}
