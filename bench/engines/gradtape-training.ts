/** Training steps as `fit` makes them: layers, a loss, the gradient and the optimizer in one program. */
import * as gt from 'gradtape';
import type { Operand, TrainingWorkload } from '../workloads/workload.ts';

/** One step; it changes the model's weights and gives the loss before. */
export type Step = (x: gt.Tensor, y: gt.Tensor) => gt.Tensor;

export function trainingStep({ kind }: TrainingWorkload, [x, , ...weights]: readonly Operand[]): Step {
  const input = gt.input((x?.shape ?? []).slice(1));
  const net = gt.model(input, outputOf(kind, input));
  const variables = net.trainableWeights;
  variables.forEach((variable, index) => variable.assign(gt.tensor(weights[index]!.data, variable.shape)));
  const optimizer = gt.optimizers.adam();
  return (batch, targets) => {
    const loss = (): gt.Tensor => {
      const prediction = net(batch, { training: true });
      return kind === 'lstmRegression'
        ? gt.losses.meanSquaredError(targets, prediction)
        : gt.losses.categoricalCrossentropy(targets, prediction, { fromLogits: true });
    };
    const [value, gradients] = gt.valueAndGrad(loss, variables);
    optimizer.apply(gradients, variables);
    return value;
  };
}

export function outputOf(kind: TrainingWorkload['kind'], input: gt.SymbolicTensor): gt.SymbolicTensor {
  const { conv2d, dense, flatten, lstm, maxPooling2d } = gt.layers;
  switch (kind) {
    case 'mlp': {
      const hidden = dense(512, { activation: 'relu' })(input);
      return dense(10)(dense(512, { activation: 'relu' })(hidden));
    }
    case 'cnn': {
      const options = { padding: 'same', activation: 'relu' } as const;
      const half = maxPooling2d()(conv2d(32, 3, options)(input));
      const quarter = maxPooling2d()(conv2d(64, 3, options)(half));
      return dense(10)(flatten()(quarter));
    }
    case 'lstmRegression':
      return dense(1)(lstm(64)(input));
  }
}
