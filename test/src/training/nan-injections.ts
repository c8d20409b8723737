/** Trainings that a NaN gets into, and what becomes of them: with terminateOnNaN, and in the debug mode. */
import {
  callbacks,
  debug,
  input,
  Layer,
  layers,
  model,
  ops,
  optimizers,
  tensor,
  type Callback,
  type Tensor,
  type Model,
} from '../../../src/index.ts';

/** 12 samples, three batches of 4; sample 5 stands in the second one. */
const x = ops.randomNormal([12, 2], { seed: 3 });
const y = ops.randomNormal([12, 1], { seed: 4 });
const withNaN = tensor(
  x.data.map((value, index) => (index === 10 ? NaN : value)),
  [12, 2],
);
const marked = tensor(
  x.data.map((value, index) => (index === 10 ? 100 : value)),
  [12, 2],
);

/** 0 / 0 where a value is the mark, else the value. */
const poisoned = (value: Tensor): Tensor =>
  ops.add(value, ops.div(0, ops.where(ops.equal(value, 100), 0, ops.add(ops.abs(value), 1))));

class Poison extends Layer {
  override call(given: Tensor): Tensor {
    return poisoned(given);
  }
}

export interface Injection {
  readonly net: () => Model;
  readonly data: Tensor;
  /** The batch, from 0, at which the loss is NaN for the first time. */
  readonly batch: number;
  readonly named: RegExp;
}

const network = (poison: boolean, loss: unknown): Model => {
  const start = input([2]);
  const inside = poison ? new Poison({ name: 'poison' })(start) : start;
  const net = model(start, layers.dense(1, { name: 'last' })(layers.dense(3, { name: 'first' })(inside)));
  net.compile({ optimizer: optimizers.sgd({ learningRate: 0.01 }), loss: loss as 'mse' });
  return net as Model;
};

/** By the place that the NaN comes from. */
export const injections: Readonly<Record<string, Injection>> = {
  'a layer': { net: () => network(true, 'mse'), data: marked, batch: 1, named: /NaN made by 'div' in layer 'poison'/ },
  'a loss': {
    net: () => network(false, (_target: Tensor, prediction: Tensor) => ops.log(ops.sub(ops.mul(prediction, 0), 1))),
    data: x,
    batch: 0,
    named: /NaN made by 'log'/,
  },
  // The loss of the batch itself is 0; its gradient makes the weights NaN, and the next batch shows it.
  'a gradient': {
    net: () => network(false, (_target: Tensor, prediction: Tensor) => ops.mul(ops.sqrt(ops.mul(prediction, 0)), 0)),
    data: x,
    batch: 1,
    named: /NaN made by .*the gradient of 'sqrt'/,
  },
  'a batch': {
    net: () => network(false, 'mse'),
    data: withNaN,
    batch: 1,
    named: /NaN in input \d of .* in layer 'first'/,
  },
};

/** The batches that ran before terminateOnNaN ended training, at most five epochs of them. */
export async function batchesRun({ net, data }: Injection, more: readonly Callback[] = []): Promise<readonly number[]> {
  const batches: number[] = [];
  await net().fit(data, y, {
    batchSize: 4,
    epochs: 5,
    shuffle: false,
    verbose: 0,
    callbacks: [callbacks.terminateOnNaN(), { onTrainBatchEnd: (index) => void batches.push(index) }, ...more],
  });
  return batches;
}

/** What `fit` throws in the debug mode; undefined when it throws nothing. */
export async function debugError({ net, data }: Injection): Promise<unknown> {
  debug();
  try {
    await net().fit(data, y, { batchSize: 4, shuffle: false, verbose: 0 });
    return undefined;
  } catch (error) {
    return error;
  } finally {
    debug(false);
  }
}
