/** The workloads on a backend of TensorFlow.js. */
import { isTraining, type Operand, type TrainingWorkload, type Workload } from '../../workloads/workload.ts';
import type { Engine, Prepared } from '../engine.ts';
import type { Tf, TfTensor } from './api.ts';
import { tfOperationOf } from './operations.ts';
import type { Reading } from './reading.ts';
import { tfLoss } from './training.ts';

export function tfEngine(tf: Tf, backend: string, version: string, reading: Reading): Engine {
  return {
    name: `tfjs ${backend}`,
    version,
    role: 'peer',
    prepare: async (workload) => {
      await tf.setBackend(backend);
      return { ...ready(tf, workload, reading), turn: () => tf.setBackend(backend) };
    },
  };
}

function ready(tf: Tf, workload: Workload, { finish, read }: Reading): Prepared {
  if (isTraining(workload)) return trained(tf, workload, { finish, read });
  const operation = tfOperationOf(tf, workload);
  const operands = workload.operands();
  const upload = ({ data, shape }: Operand): TfTensor => tf.tensor(data, shape);
  const resident = operands.map(upload);
  return {
    run: () => finish(tf.tidy(() => operation(resident))),
    transfer: () => read(tf.tidy(() => operation(operands.map(upload)))),
    dispose: () => {
      for (const tensor of resident) tensor.dispose();
    },
  };
}

function trained(tf: Tf, workload: TrainingWorkload, { finish, read }: Reading): Prepared {
  const [x, y, ...weights] = workload.operands();
  const [batch, targets] = [x!, y!].map(({ data, shape }) => tf.tensor(data, shape));
  const variables = weights.map(({ data, shape }) => tf.tidy(() => tf.variable(tf.tensor(data, shape))));
  const optimizer = tf.train.adam(0.001, 0.9, 0.999, 1e-7);
  const step = (inputs: TfTensor, labels: TfTensor): TfTensor =>
    optimizer.minimize(() => tfLoss(tf, workload.kind, inputs, labels, variables), true, variables);
  return {
    run: () => finish([step(batch!, targets!)]),
    transfer: () => read(tf.tidy(() => [step(tf.tensor(x!.data, x!.shape), tf.tensor(y!.data, y!.shape))])),
    dispose: () => {
      for (const tensor of [batch!, targets!, ...variables]) tensor.dispose();
    },
  };
}
