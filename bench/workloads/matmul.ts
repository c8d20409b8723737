/** Square products, and both transposes, of which backward passes are made. */
import { normal } from './values.ts';
import type { MatmulWorkload } from './workload.ts';

function product(size: number, transposed: { a?: boolean; b?: boolean } = {}): MatmulWorkload {
  const { a: transposeA = false, b: transposeB = false } = transposed;
  const marks = transposeA ? ', A transposed' : transposeB ? ', B transposed' : '';
  return {
    kind: 'matmul',
    name: `matmul ${size}${marks}`,
    flops: 2 * size ** 3,
    depth: size,
    transposeA,
    transposeB,
    operands: () => [normal([size, size], 1), normal([size, size], 2)],
  };
}

export const products: readonly MatmulWorkload[] = [
  ...[64, 128, 256, 512, 1024].map((size) => product(size)),
  product(512, { a: true }),
  product(512, { b: true }),
];
