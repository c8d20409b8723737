/**
 * A model whose losses are read off: w x with w = 1 and no bias, squared error against 0. With the learning rate 0
 * sample i of `squares(n)`, x = i + 1, has the loss (i + 1)² in every epoch.
 */
import * as gt from 'gradtape';
import { captured } from '../callbacks/fake-model.ts';

export const line = (learningRate = 0): gt.Model => {
  const input = gt.input([1], { name: 'x' });
  const net = gt.model(input, gt.layers.dense(1, { useBias: false, kernelInitializer: 'ones' })(input));
  net.compile({ optimizer: gt.optimizers.sgd({ learningRate }), loss: 'mse' });
  return net;
};

/** x = 1, 2, ..., n and targets 0. */
export const squares = (samples: number): [x: gt.Tensor, y: gt.Tensor] => [
  gt.tensor(
    Float32Array.from({ length: samples }, (_, i) => i + 1),
    [samples, 1],
  ),
  gt.zeros([samples, 1]),
];

/** The mean of i² over what is given. */
export const meanSquare = (...values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value * value, 0) / values.length;

/** Batches of one sample each: x = 1, 2, ..., n. */
export function* singles(samples: number): Generator<[gt.Tensor, gt.Tensor]> {
  for (let i = 1; i <= samples; i++) yield [gt.tensor([[i]]), gt.zeros([1, 1])];
}

/** Notes every hook: `train`, `e0`, `b0`, `test`, `v0`, `/test`, `/e0`, `/train`. */
export const recorder = (): { readonly hooks: string[]; readonly callback: gt.Callback } => {
  const hooks: string[] = [];
  const note = (text: string): void => void hooks.push(text);
  const callback: gt.Callback = {
    onTrainBegin: () => note('train'),
    onTrainEnd: () => note('/train'),
    onEpochBegin: (epoch) => note(`e${epoch}`),
    onEpochEnd: (epoch) => note(`/e${epoch}`),
    onTrainBatchEnd: (batch) => note(`b${batch}`),
    onTestBegin: () => note('test'),
    onTestEnd: () => note('/test'),
    onTestBatchEnd: (batch) => note(`v${batch}`),
    onPredictBegin: () => note('predict'),
    onPredictEnd: () => note('/predict'),
    onPredictBatchEnd: (batch) => note(`p${batch}`),
  };
  return { hooks, callback };
};

/** A fit that notes its hooks and what it warned of. */
export const traced = async (
  body: (callback: gt.Callback) => Promise<gt.History>,
): Promise<{ hooks: string; warnings: string[]; history: Readonly<Record<string, number[]>> }> => {
  const { hooks, callback } = recorder();
  let history: Readonly<Record<string, number[]>> = {};
  const { warnings } = await captured(async () => {
    ({ history } = await body(callback));
  });
  return { hooks: hooks.join(' '), warnings, history };
};
