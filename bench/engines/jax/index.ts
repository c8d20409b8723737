/** jax-js on its WebAssembly device: one thread, because Node has no `Worker` as browsers have it. Everything is jitted. */
import { isTraining, type Operand, type TrainingWorkload, type Workload } from '../../workloads/workload.ts';
import type { Engine, Prepared } from '../engine.ts';
import { importPeer, versionOf } from '../peer.ts';
import type { Jax, JaxArray } from './api.ts';
import { jaxOperationOf } from './operations.ts';
import { jaxStep, type JaxState } from './training.ts';

export async function jaxJs(): Promise<Engine> {
  const jax = await importPeer<Jax>('@jax-js/jax');
  await jax.init('wasm');
  jax.defaultDevice('wasm');
  return {
    name: 'jax-js wasm',
    version: versionOf('@jax-js/jax'),
    role: 'peer',
    prepare: (workload) => (isTraining(workload) ? trained(jax, workload) : ready(jax, workload)),
  };
}

async function ready(jax: Jax, workload: Exclude<Workload, TrainingWorkload>): Promise<Prepared> {
  const plain = jaxOperationOf(jax, workload);
  const jitted = workload.kind === 'eagerAdd' ? plain : jax.jit<JaxArray[], JaxArray[]>(plain);
  const operands = workload.operands();
  const resident = operands.map((operand) => upload(jax, operand));
  await jax.blockUntilReady(resident);
  return {
    run: async () => {
      const results = jitted(...resident.map((array) => array.ref));
      await jax.blockUntilReady(results);
      for (const result of results) result.dispose();
    },
    // Reading an array gives up the reference.
    transfer: () =>
      Promise.all(jitted(...operands.map((operand) => upload(jax, operand))).map((array) => array.data())),
    dispose: () => {
      for (const array of resident) array.dispose();
    },
  };
}

async function trained(jax: Jax, workload: TrainingWorkload): Promise<Prepared> {
  const [x, y, ...weights] = workload.operands();
  const batch = upload(jax, x!);
  const targets = upload(jax, y!);
  const step = jaxStep(jax, workload.kind);
  const zeros = (): JaxArray[] => weights.map(({ shape }) => jax.numpy.zeros(shape));
  let state: JaxState = [weights.map((weight) => upload(jax, weight)), zeros(), zeros(), jax.numpy.zeros([])];
  const advance = async (inputs: JaxArray, labels: JaxArray): Promise<JaxArray> => {
    const [loss, ...next] = step(...state, inputs, labels);
    state = next;
    await jax.blockUntilReady([loss, ...next]);
    return loss;
  };
  return {
    run: async () => (await advance(batch.ref, targets.ref)).dispose(),
    transfer: async () => [await (await advance(upload(jax, x!), upload(jax, y!))).data()],
    dispose: () => {
      for (const array of [batch, targets, ...state.flat()]) array.dispose();
    },
  };
}

function upload(jax: Jax, { data, shape }: Operand): JaxArray {
  return jax.numpy.array(data, { shape });
}
