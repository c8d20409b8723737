/**
 * onnxruntime on models that are written here: its WebAssembly build on one thread, and the native one as a reference.
 * Neither trains.
 */
import type { Workload } from '../../workloads/workload.ts';
import type { Engine, Prepared } from '../engine.ts';
import { importPeer, versionOf } from '../peer.ts';
import { computationOf, type Computation } from './graphs.ts';
import { encodeModel, type OnnxGraph } from './model.ts';

interface OrtTensor {
  readonly data: Float32Array;
}
type Named = Record<string, OrtTensor>;

interface Session {
  run(feeds: Named, fetches?: Named): Promise<Named>;
  release(): Promise<void>;
}

interface Ort {
  readonly env: { readonly wasm: { numThreads: number } };
  readonly Tensor: new (type: 'float32', data: Float32Array, dims: readonly number[]) => OrtTensor;
  readonly InferenceSession: { create(model: Uint8Array, options: object): Promise<Session> };
}

export async function onnxWeb(): Promise<Engine> {
  const ort = await importPeer<Ort>('onnxruntime-web/wasm');
  ort.env.wasm.numThreads = 1;
  await startWithoutWorkers(ort);
  return engine('onnxruntime-web', 'peer', versionOf('onnxruntime-web'), async (computation) => {
    // A run's inputs are copied in, and its outputs out. So the operands are constants of the model, whose folding is
    // switched off, and only the first number of the result comes out.
    const kept = await ort.InferenceSession.create(encodeModel(withConstants(computation)), {
      executionProviders: ['wasm'],
      extra: { optimization: { disable_specified_optimizers: 'ConstantFolding' } },
    });
    const fed = await ort.InferenceSession.create(encodeModel(withInputs(computation)), {
      executionProviders: ['wasm'],
    });
    const feeds = feedsOf(ort, computation);
    return {
      run: () => kept.run({}),
      ...transferOf(computation, () => fed.run(feeds())),
      dispose: async () => {
        await kept.release();
        await fed.release();
      },
    };
  });
}

/**
 * The runtime defines `Worker` when it starts, whatever the number of threads, and jax-js takes threads where it sees
 * one: the runtime starts here, and the global goes again.
 */
async function startWithoutWorkers(ort: Ort): Promise<void> {
  const had = 'Worker' in globalThis;
  const nothing = encodeModel({
    nodes: [{ op: 'Identity', inputs: ['x'], outputs: ['y'] }],
    constants: [],
    inputs: [{ name: 'x', shape: [1] }],
    outputs: ['y'],
  });
  const session = await ort.InferenceSession.create(nothing, { executionProviders: ['wasm'] });
  await session.release();
  if (!had) Reflect.deleteProperty(globalThis, 'Worker');
}

export async function onnxNative(): Promise<Engine> {
  const { default: ort } = await importPeer<{ default: Ort }>('onnxruntime-node');
  return engine('onnxruntime native', 'reference', versionOf('onnxruntime-node'), async (computation) => {
    const session = await ort.InferenceSession.create(encodeModel(withInputs(computation)), {
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
    });
    const feeds = feedsOf(ort, computation);
    // It reads typed arrays where they are, and writes into those that it is given.
    const resident = feeds();
    const { name, shape } = computation.output;
    const size = shape.reduce((product, length) => product * length, 1);
    const results = { [name]: new ort.Tensor('float32', new Float32Array(size), shape) };
    return {
      run: () => session.run(resident, results),
      ...transferOf(computation, () => session.run(feeds())),
      dispose: () => session.release(),
    };
  });
}

function engine(
  name: string,
  role: Engine['role'],
  version: string,
  start: (computation: Computation) => Promise<Prepared>,
): Engine {
  return {
    name,
    version,
    role,
    prepare: async (workload: Workload) => {
      const computation = computationOf(workload);
      return computation ? start(computation) : 'inference only';
    },
  };
}

function withInputs({ operands, data, nodes, output }: Computation): OnnxGraph {
  return {
    nodes,
    inputs: data.map((name) => ({ name, shape: operands.get(name)?.shape ?? [] })),
    constants: [...operands]
      .filter(([name]) => !data.includes(name))
      .map(([name, { shape, data: values }]) => ({ name, shape, data: values })),
    outputs: [output.name],
  };
}

function withConstants({ operands, nodes, output }: Computation): OnnxGraph {
  const integers = (name: string, ...values: bigint[]): OnnxGraph['constants'][number] => ({
    name,
    shape: [values.length],
    data: BigInt64Array.from(values),
  });
  return {
    nodes: [
      ...nodes,
      { op: 'Reshape', inputs: [output.name, 'flat'], outputs: ['flattened'] },
      { op: 'Slice', inputs: ['flattened', 'start', 'end'], outputs: ['first'] },
    ],
    inputs: [],
    constants: [
      ...[...operands].map(([name, { shape, data }]) => ({ name, shape, data })),
      integers('flat', -1n),
      integers('start', 0n),
      integers('end', 1n),
    ],
    outputs: ['first'],
  };
}

function feedsOf(ort: Ort, { operands, data }: Computation): () => Named {
  return () => {
    const feeds: Named = {};
    for (const name of data) {
      const operand = operands.get(name);
      if (operand) feeds[name] = new ort.Tensor('float32', operand.data, operand.shape);
    }
    return feeds;
  };
}

function transferOf(
  { output, arrange }: Computation,
  run: () => Promise<Named>,
): Pick<Prepared, 'transfer' | 'arrange'> {
  return {
    transfer: async () => [(await run())[output.name]!.data],
    ...(arrange && { arrange: ([result]) => [arrange(result!)] }),
  };
}
