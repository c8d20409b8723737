/** The matrix products inside the recurrences, with names for what they take. Strides are in bytes, sizes in elements. */
import type { FunctionBuilder, I32, ModuleBuilder } from '../../src/wasm/index.ts';
import { NO_ADDEND, packB, product, productWorkspace, type ProductKind } from '../gemm/product.ts';

export { packedBytes } from '../gemm/product.ts';

/** `out[rows, columns] = addend + left[rows, depth] right[depth, columns]`. */
interface Sides {
  readonly left: I32;
  readonly leftStride: I32;
  readonly out: I32;
  readonly outStride: I32;
  readonly rows: I32;
  readonly columns: I32;
  readonly depth: I32;
  readonly addend?: Addend | undefined;
  /** `productBytes` of it. */
  readonly workspace: I32;
}

/** What a product is added to: rows at some stride, 0 for a bias. */
export interface Addend {
  readonly at: I32;
  readonly stride: I32;
}

export interface Operands extends Sides {
  readonly right: I32;
  readonly rightStride: I32;
}

/** A transposed operand is stored the other way round. */
export interface Transposed {
  readonly left?: true;
  readonly right?: true;
}

export function multiply(f: FunctionBuilder, module: ModuleBuilder, transposed: Transposed, operands: Operands): void {
  const { right, rightStride, ...sides } = operands;
  call(f, module, kindOf(transposed), sides, right, rightStride);
}

/** Bytes of workspace; of several products, the largest suffices, for packed ones as well. */
export function productBytes(transposed: Transposed, rows: number, columns: number, depth: number): number {
  return productWorkspace(kindOf(transposed), rows, columns, depth);
}

function kindOf({ left, right }: Transposed): ProductKind {
  return { a: left ? 'columns' : 'rows', b: right ? 'columns' : 'rows' };
}

export interface PackedOperands extends Sides {
  /** The right side, as `packRight` left it. */
  readonly packed: I32;
}

export function multiplyPacked(f: FunctionBuilder, module: ModuleBuilder, operands: PackedOperands): void {
  const { packed, ...sides } = operands;
  call(f, module, { a: 'rows', b: 'panels' }, sides, packed, 0);
}

function call(
  f: FunctionBuilder,
  module: ModuleBuilder,
  kind: ProductKind,
  { left, leftStride, out, outStride, rows, columns, depth, addend, workspace }: Sides,
  right: I32,
  rightStride: I32,
): void {
  const { at, stride } = addend ?? { at: NO_ADDEND, stride: 0 };
  const func = product(module, kind);
  f.call(func, left, leftStride, right, rightStride, out, outStride, rows, columns, depth, at, stride, workspace);
}

/** Packs `right[depth, columns]`, or `[columns, depth]` when transposed, into `packedBytes(depth, columns)`. */
export function packRight(
  f: FunctionBuilder,
  module: ModuleBuilder,
  transposed: boolean,
  operands: {
    readonly right: I32;
    readonly rightStride: I32;
    readonly packed: I32;
    readonly depth: I32;
    readonly columns: I32;
  },
): void {
  const { right, rightStride, packed, depth, columns } = operands;
  f.call(packB(module, transposed ? 'columns' : 'rows'), right, rightStride, depth, columns, packed);
}
