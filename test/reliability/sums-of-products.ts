/**
 * The first part of A3: sums of K products on real numbers, in float32 on a device, lie within 4 sqrt(K) 2^-24 sum |a b|
 * of the float64 ones. Both sums come from the op itself: run on ones it counts its products, run on absolute values it
 * adds them up.
 */
import type { Device } from '../../src/devices/device.ts';
import * as ops from '../../src/ops/index.ts';
import { compile } from '../../src/tape/compile.ts';
import { sizeOf, type Shape } from '../../src/tensor/shape.ts';
import { tensor, type Tensor } from '../../src/tensor/tensor.ts';
import { uniform } from '../kernels/numeric.ts';
import { float64Values, withGradients } from './float64.ts';

/** One drawn call. */
interface SumCase {
  readonly shapes: readonly Shape[];
  readonly call: (...inputs: readonly Tensor[]) => Tensor;
  /** Where the op divides its sum, the most products that one has. */
  readonly terms?: number;
}

type Draw = (low: number, high: number) => number;
type Drawn = (size: Draw) => SumCase;

const pick = (size: Draw): 'valid' | 'same' => (size(0, 1) === 0 ? 'valid' : 'same');

/** All are linear in each of their inputs, so that their gradients are sums of products too. */
const sums: Readonly<Record<string, Drawn>> = {
  matmul: (size) => {
    const [m, k, n] = [size(1, 20), size(1, 600), size(1, 20)];
    const [transposeA, transposeB] = [size(0, 1) === 1, size(0, 1) === 1];
    return {
      shapes: [transposeA ? [2, k, m] : [2, m, k], transposeB ? [n, k] : [k, n]],
      call: (a, b) => ops.matmul(a as Tensor, b as Tensor, { transposeA, transposeB }),
    };
  },
  affine: (size) => {
    const [rows, k, units] = [size(1, 20), size(1, 600), size(1, 20)];
    return {
      shapes: [[rows, k], [k, units], [units]],
      call: (x, kernel, bias) => ops.affine(x as Tensor, kernel as Tensor, bias),
    };
  },
  dot: (size) => {
    const k = size(1, 600);
    return { shapes: [[k], [k]], call: (a, b) => ops.dot(a as Tensor, b as Tensor) };
  },
  conv2d: (size) => {
    const groups = size(1, 2);
    const [channels, filters, taps, image] = [size(1, 24), size(1, 6), size(1, 3), size(3, 9)];
    const options = { strides: size(1, 2), padding: pick(size), groups } as const;
    return {
      shapes: [[2, image, image, groups * channels], [taps, taps, channels, groups * filters], [groups * filters]],
      call: (x, f, bias) => ops.conv2d(x as Tensor, f as Tensor, bias, options),
    };
  },
  conv1d: (size) => {
    const [channels, filters, taps, steps] = [size(1, 40), size(1, 8), size(1, 5), size(5, 20)];
    const options = { dilationRate: size(1, 2), padding: 'causal' } as const;
    return {
      shapes: [[2, steps, channels], [taps, channels, filters], [filters]],
      call: (x, f, bias) => ops.conv1d(x as Tensor, f as Tensor, bias, options),
    };
  },
  conv2dTranspose: (size) => {
    const [channels, filters, taps, image] = [size(1, 24), size(1, 6), size(1, 3), size(2, 6)];
    const options = { strides: size(1, 2), padding: pick(size) } as const;
    return {
      shapes: [[2, image, image, channels], [taps, taps, filters, channels], [filters]],
      call: (x, f, bias) => ops.conv2dTranspose(x as Tensor, f as Tensor, bias, options),
    };
  },
  depthwiseConv2d: (size) => {
    const [channels, taps, image] = [size(1, 12), size(1, 5), size(5, 10)];
    const options = { strides: size(1, 2), padding: pick(size) } as const;
    return {
      shapes: [[2, image, image, channels], [taps, taps, channels, 2], [2 * channels]],
      call: (x, f, bias) => ops.depthwiseConv2d(x as Tensor, f as Tensor, bias, options),
    };
  },
  avgPool2d: (size) => {
    const [channels, window, image] = [size(1, 8), size(1, 4), size(4, 12)];
    const options = { poolSize: window, strides: size(1, 3), padding: pick(size) } as const;
    return {
      shapes: [[2, image, image, channels]],
      call: (x) => ops.avgPool2d(x as Tensor, options),
      terms: window * window,
    };
  },
  sum: (size) => ({ shapes: [[size(1, 4), size(1, 600)]], call: (x) => ops.sum(x as Tensor, { axis: 1 }) }),
  mean: (size) => {
    const k = size(1, 600);
    return { shapes: [[size(1, 4), k]], call: (x) => ops.mean(x as Tensor, { axis: 1 }), terms: k };
  },
};

export interface SumsReport {
  readonly ops: number;
  readonly values: number;
  /** The largest error on each device, as a share of the bound. */
  readonly worst: ReadonlyMap<string, { readonly share: number; readonly op: string }>;
}

/**
 * @param cases of each op on each device
 * @param devices by name, or as objects
 */
export async function measureSums(cases: number, devices: readonly (string | Device)[]): Promise<SumsReport> {
  const worst = new Map<string, { share: number; op: string }>();
  let values = 0;
  const random = uniform(20_240_301);
  const size: Draw = (low, high) => low + Math.floor(((random() + 1) / 2) * (high - low + 1));
  for (const [op, draw] of Object.entries(sums)) {
    for (let index = 0; index < cases; index++) {
      const { shapes, call, terms } = draw(size);
      const f = withGradients(
        call,
        shapes.map((_, position) => position),
      );
      const filled = (value: () => number): Tensor[] => {
        const inputs = shapes.map((shape) => drawn(shape, value));
        return [...inputs, drawn(call(...inputs).shape, value)];
      };
      const inputs = filled(random);
      const exact = float64Values(f, inputs);
      const products = float64Values(
        f,
        inputs.map(({ data, shape }) => tensor(data.map(Math.abs), shape)),
      );
      const counts = float64Values(
        f,
        filled(() => 1),
      );
      for (const device of devices) {
        const actual = await compile(f, { device: device as 'cpu' })(...inputs);
        const name = typeof device === 'string' ? device : device.name;
        exact.forEach((expected, result) => {
          expected.forEach((value, i) => {
            const bound =
              4 * Math.sqrt(terms ?? counts[result]?.[i] ?? NaN) * 2 ** -24 * (products[result]?.[i] ?? NaN);
            const error = Math.abs((actual[result]?.data[i] ?? NaN) - value);
            const share = error === 0 ? 0 : error / bound;
            values++;
            if (!(share <= (worst.get(name)?.share ?? -1))) worst.set(name, { share, op });
          });
        });
      }
    }
  }
  return { ops: Object.keys(sums).length, values, worst };
}

function drawn(shape: Shape, value: () => number): Tensor {
  return tensor(Float32Array.from({ length: sizeOf(shape) }, value), shape);
}
