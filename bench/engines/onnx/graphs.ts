/** The workloads as ONNX graphs, with their operands in ONNX's layout. */
import { SMALL_PRODUCTS } from '../../workloads/small.ts';
import type { Operand, Workload } from '../../workloads/workload.ts';
import { gatesReordered, permuted } from './layout.ts';
import type { OnnxNode } from './model.ts';

export interface Computation {
  /** By the names that the nodes use. Those of `data` change from call to call; the others are weights. */
  readonly operands: ReadonlyMap<string, Operand>;
  readonly data: readonly string[];
  readonly nodes: readonly OnnxNode[];
  /** The one result, and its shape. */
  readonly output: { readonly name: string; readonly shape: readonly number[] };
  /** Puts the result into our layout. */
  readonly arrange?: (result: Float32Array) => Float32Array;
}

/** @returns undefined for what inference has no ops for */
export function computationOf(workload: Workload): Computation | undefined {
  switch (workload.kind) {
    case 'matmul': {
      const { transposeA, transposeB } = workload;
      const node: OnnxNode =
        transposeA || transposeB
          ? {
              op: 'Gemm',
              inputs: ['a', 'b'],
              outputs: ['y'],
              attributes: { transA: Number(transposeA), transB: Number(transposeB) },
            }
          : { op: 'MatMul', inputs: ['a', 'b'], outputs: ['y'] };
      const [a, b] = pair(workload);
      return { operands: named({ a, b }), data: ['a', 'b'], nodes: [node], output: { name: 'y', shape: a.shape } };
    }
    case 'conv2d': {
      const [x, filters] = pair(workload);
      return image(permuted(x, TO_FIRST), { w: permuted(filters, [3, 2, 0, 1]) }, [
        { op: 'Conv', inputs: ['x', 'w'], outputs: ['y'], attributes: { pads: [1, 1, 1, 1] } },
      ]);
    }
    case 'conv2dInputGrad': {
      // A transposed convolution of the output's gradient; its filters are [output channels, channels, ...].
      const [dy, filters] = pair(workload);
      return image(permuted(dy, TO_FIRST), { w: permuted(filters, [3, 2, 0, 1]) }, [
        { op: 'ConvTranspose', inputs: ['x', 'w'], outputs: ['y'], attributes: { pads: [1, 1, 1, 1] } },
      ]);
    }
    case 'conv1d': {
      const [x, filters] = pair(workload);
      return image(permuted(x, [0, 2, 1]), { w: permuted(filters, [2, 1, 0]) }, [
        { op: 'Conv', inputs: ['x', 'w'], outputs: ['y'], attributes: { pads: [2, 2] } },
      ]);
    }
    case 'depthwise': {
      const [x, filters] = pair(workload);
      return image(permuted(x, TO_FIRST), { w: permuted(filters, [2, 3, 0, 1]) }, [depthwise('y', x)]);
    }
    case 'separable': {
      const [x, filters, pointwise] = workload.operands() as [Operand, Operand, Operand];
      const weights = { w: permuted(filters, [2, 3, 0, 1]), p: permuted(pointwise, [3, 2, 0, 1]) };
      return image(permuted(x, TO_FIRST), weights, [
        depthwise('between', x),
        { op: 'Conv', inputs: ['between', 'p'], outputs: ['y'] },
      ]);
    }
    case 'lstm':
      return lstm(workload);
    case 'eagerAdd': {
      const [a, b] = pair(workload);
      const node = { op: 'Add', inputs: ['a', 'b'], outputs: ['y'] };
      return { operands: named({ a, b }), data: ['a', 'b'], nodes: [node], output: { name: 'y', shape: a.shape } };
    }
    case 'smallProducts': {
      const [x, w] = pair(workload);
      const nodes = Array.from({ length: SMALL_PRODUCTS }, (_, i) => ({
        op: 'MatMul',
        inputs: [i === 0 ? 'x' : `x${i}`, 'w'],
        outputs: [i === SMALL_PRODUCTS - 1 ? 'y' : `x${i + 1}`],
      }));
      return { operands: named({ x, w }), data: ['x'], nodes, output: { name: 'y', shape: x.shape } };
    }
    case 'conv2dFilterGrad':
    case 'lstmGradients':
    case 'batchNorm':
    case 'mlp':
    case 'cnn':
    case 'lstmRegression':
      return undefined;
  }
}

const TO_FIRST = [0, 3, 1, 2];

function depthwise(output: string, x: Operand): OnnxNode {
  return {
    op: 'Conv',
    inputs: ['x', 'w'],
    outputs: [output],
    attributes: { group: x.shape.at(-1) ?? 1, pads: [1, 1, 1, 1] },
  };
}

function image(x: Operand, weights: Readonly<Record<string, Operand>>, nodes: readonly OnnxNode[]): Computation {
  const { w, p } = weights;
  const [batch = 0, channels = 0, ...sizes] = x.shape;
  const isTransposed = nodes[0]?.op === 'ConvTranspose';
  const isDepthwise = nodes[0]?.attributes?.['group'] !== undefined;
  const filters = (p ?? (isTransposed || isDepthwise ? undefined : w))?.shape[0] ?? channels;
  const shape = [batch, filters, ...sizes];
  const toLast = [0, ...sizes.map((_, axis) => axis + 2), 1];
  return {
    operands: named({ x, ...weights }),
    data: ['x'],
    nodes,
    output: { name: 'y', shape },
    arrange: (data) => permuted({ shape, data }, toLast).data,
  };
}

function lstm(workload: Workload): Computation {
  const [x, kernel, recurrent, bias] = workload.operands() as [Operand, Operand, Operand, Operand];
  const units = recurrent.shape[0] ?? 0;
  const [batch = 0, steps = 0] = x.shape;
  const leading = ({ shape, data }: Operand): Operand => ({ shape: [1, ...shape], data });
  const b = new Float32Array(8 * units);
  b.set(gatesReordered(bias).data);
  return {
    operands: named({
      x: permuted(x, [1, 0, 2]),
      w: leading(permuted(gatesReordered(kernel), [1, 0])),
      r: leading(permuted(gatesReordered(recurrent), [1, 0])),
      b: { shape: [1, 8 * units], data: b },
    }),
    data: ['x'],
    nodes: [{ op: 'LSTM', inputs: ['x', 'w', 'r', 'b'], outputs: ['y'], attributes: { hidden_size: units } }],
    output: { name: 'y', shape: [steps, 1, batch, units] },
    arrange: (data) => permuted({ shape: [steps, batch, units], data }, [1, 0, 2]).data,
  };
}

function pair(workload: Workload): [Operand, Operand] {
  return workload.operands() as [Operand, Operand];
}

function named(operands: Readonly<Record<string, Operand>>): ReadonlyMap<string, Operand> {
  return new Map(Object.entries(operands));
}
