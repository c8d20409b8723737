/** TensorFlow.js on its cpu backend (plain JavaScript) or its wasm backend (XNNPACK, SIMD, one thread). */
import { isTraining, type Operand, type TrainingWorkload, type Workload } from '../../workloads/workload.ts';
import type { Engine, Prepared } from '../engine.ts';
import { folderOf, importPeer, versionOf } from '../peer.ts';
import type { Tf, TfTensor } from './api.ts';
import { tfOperationOf } from './operations.ts';
import { tfLoss } from './training.ts';

export async function tfjs(backend: 'cpu' | 'wasm'): Promise<Engine> {
  const tf = await importPeer<Tf>('@tensorflow/tfjs');
  if (backend === 'wasm') {
    const { setWasmPaths } = await importPeer<{ setWasmPaths: (folder: string) => void }>(
      '@tensorflow/tfjs-backend-wasm',
    );
    setWasmPaths(folderOf('@tensorflow/tfjs-backend-wasm') + 'dist/');
    tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  }
  return {
    name: `tfjs ${backend}`,
    version: versionOf('@tensorflow/tfjs'),
    role: 'peer',
    // What its loops reach in convolutions.
    ...(backend === 'cpu' && { slow: 0.6 }),
    prepare: async (workload) => {
      await tf.setBackend(backend);
      return { ...ready(tf, workload), turn: () => tf.setBackend(backend) };
    },
  };
}

// Both backends have done their work when a call returns.
function ready(tf: Tf, workload: Workload): Prepared {
  if (isTraining(workload)) return trained(tf, workload);
  const operation = tfOperationOf(tf, workload);
  const operands = workload.operands();
  const upload = ({ data, shape }: Operand): TfTensor => tf.tensor(data, shape);
  const resident = operands.map(upload);
  return {
    run: () => {
      for (const result of tf.tidy(() => operation(resident))) result.dispose();
    },
    transfer: () => readInTidy(tf, () => operation(operands.map(upload))),
    dispose: () => {
      for (const tensor of resident) tensor.dispose();
    },
  };
}

function trained(tf: Tf, workload: TrainingWorkload): Prepared {
  const [x, y, ...weights] = workload.operands();
  const [batch, targets] = [x!, y!].map(({ data, shape }) => tf.tensor(data, shape));
  const variables = weights.map(({ data, shape }) => tf.tidy(() => tf.variable(tf.tensor(data, shape))));
  const optimizer = tf.train.adam(0.001, 0.9, 0.999, 1e-7);
  const step = (inputs: TfTensor, labels: TfTensor): TfTensor =>
    optimizer.minimize(() => tfLoss(tf, workload.kind, inputs, labels, variables), true, variables);
  return {
    run: () => step(batch!, targets!).dispose(),
    transfer: () => readInTidy(tf, () => [step(tf.tensor(x!.data, x!.shape), tf.tensor(y!.data, y!.shape))]),
    dispose: () => {
      for (const tensor of [batch!, targets!, ...variables]) tensor.dispose();
    },
  };
}

/** The values of tensors, which are disposed of with all that they are made of. */
function readInTidy(tf: Tf, make: () => readonly TfTensor[]): readonly Float32Array[] {
  let values: readonly Float32Array[] = [];
  tf.tidy<void>(() => {
    // Not as the function's result: it would be searched for tensors, number by number.
    values = make().map((tensor) => tensor.dataSync());
  });
  return values;
}
