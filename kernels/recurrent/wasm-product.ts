/** The matrix products inside the recurrences. Strides are in bytes, sizes in elements. */
import {
  f32,
  i32,
  type Func,
  type FunctionBuilder,
  type I32,
  type Local,
  type ModuleBuilder,
} from '../../src/wasm/index.ts';

export interface ProductOptions {
  readonly transposeLeft?: boolean;
  readonly transposeRight?: boolean;
}

/** What a product is added to: rows at some stride, 0 for a bias. */
export interface Addend {
  readonly at: I32;
  readonly stride: I32;
}

/** `out[rows, columns] = addend + left[rows, depth] right[depth, columns]`; a transposed operand is stored the other way round. */
export interface ProductOperands {
  readonly left: I32;
  readonly leftStride: I32;
  readonly right: I32;
  readonly rightStride: I32;
  readonly out: I32;
  readonly outStride: I32;
  readonly rows: I32;
  readonly columns: I32;
  readonly depth: I32;
  readonly addend?: Addend | undefined;
  readonly workspace: I32;
}

export function productBytes(depth: number, columns: number): number {
  return 4 * depth * columns;
}

export function multiply(f: FunctionBuilder, module: ModuleBuilder, options: ProductOptions, o: ProductOperands): void {
  const func = naive(module, options);
  f.call(
    func,
    o.left,
    o.leftStride,
    o.right,
    o.rightStride,
    o.out,
    o.outStride,
    o.rows,
    o.columns,
    o.depth,
    o.addend?.at ?? -1,
    o.addend?.stride ?? 0,
  );
}

export function packedBytes(depth: number, columns: number): number {
  return 4 * depth * columns;
}

export function packRight(
  f: FunctionBuilder,
  module: ModuleBuilder,
  transposed: boolean,
  o: {
    readonly right: I32;
    readonly rightStride: I32;
    readonly packed: I32;
    readonly depth: I32;
    readonly columns: I32;
  },
): void {
  const func = module.once(`naive pack ${transposed}`, (m) =>
    m.define(
      { name: 'pack', params: ['i32', 'i32', 'i32', 'i32', 'i32'] },
      (g, right, stride, packed, depth, columns) => {
        const k = g.local('i32');
        const j = g.local('i32');
        g.for(k, 0, depth, 1, () => {
          g.for(j, 0, columns, 1, () => {
            const [row, column] = transposed ? [j, k] : [k, j];
            g.store(packed, f32.load(i32.add(right, i32.add(i32.mul(row, stride), i32.shl(column, 2)))));
            g.increment(packed, 4);
          });
        });
      },
    ),
  );
  f.call(func, o.right, o.rightStride, o.packed, o.depth, o.columns);
}

export function multiplyPacked(
  f: FunctionBuilder,
  module: ModuleBuilder,
  o: Omit<ProductOperands, 'right' | 'rightStride'> & { readonly packed: I32 },
): void {
  const func = naive(module, {});
  const stride = i32.shl(o.columns, 2);
  f.call(
    func,
    o.left,
    o.leftStride,
    o.packed,
    stride,
    o.out,
    o.outStride,
    o.rows,
    o.columns,
    o.depth,
    o.addend?.at ?? -1,
    o.addend?.stride ?? 0,
  );
}

type Nine = readonly ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'];

function naive(
  module: ModuleBuilder,
  { transposeLeft = false, transposeRight = false }: ProductOptions,
): Func<Nine, undefined> {
  return module.once(`naive ${transposeLeft} ${transposeRight}`, (m) =>
    m.define(
      { name: 'naive', params: ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'] },
      (f, left, leftStride, right, rightStride, out, outStride, rows, columns, depth, addend, addendStep) => {
        const [i, j, k] = [f.local('i32'), f.local('i32'), f.local('i32')];
        const sum = f.local('f32');
        const at = (base: Local<'i32'>, stride: Local<'i32'>, row: Local<'i32'>, column: Local<'i32'>) =>
          i32.add(base, i32.add(i32.mul(row, stride), i32.shl(column, 2)));
        f.for(i, 0, rows, 1, () => {
          f.for(j, 0, columns, 1, () => {
            f.set(sum, f32.const(0));
            f.if(i32.ne(addend, -1), () => f.set(sum, f32.load(at(addend, addendStep, i, j))));
            f.for(k, 0, depth, 1, () => {
              const a = transposeLeft ? at(left, leftStride, k, i) : at(left, leftStride, i, k);
              const b = transposeRight ? at(right, rightStride, j, k) : at(right, rightStride, k, j);
              f.set(sum, f32.add(sum, f32.mul(f32.load(a), f32.load(b))));
            });
            f.store(at(out, outStride, i, j), sum);
          });
        });
      },
    ),
  );
}
