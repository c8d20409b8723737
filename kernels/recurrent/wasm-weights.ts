/** Gradients of a recurrence's weights: products over all rows `[batch * steps]`. */
import { i32, type FunctionBuilder, type Local, type ModuleBuilder, type Value } from '../../src/wasm/index.ts';
import { maskRows } from './wasm-dropout.ts';
import { multiply } from './wasm-product.ts';

/** What sums `(source * dropout)ᵀ dGates` over all rows, for the columns of one group of gates at a time. */
export interface WeightOperands {
  /** `[batch, steps, width]`. */
  readonly source: Local<'i32'>;
  readonly width: Local<'i32'>;
  /** The first of the masks. */
  readonly dropout: Local<'i32'> | undefined;
  /** Room for `source * dropout`. */
  readonly maskedSource: Local<'i32'>;
  /** Masks per sample. */
  readonly groups: Local<'i32'>;
  readonly batch: Local<'i32'>;
  readonly steps: Local<'i32'>;
  readonly productSpace: Local<'i32'>;
}

/** `out = (source * dropout)ᵀ dGates` for one group: some columns of rows of gates and of weights. */
export function writeWeightGradient(
  f: FunctionBuilder,
  module: ModuleBuilder,
  o: WeightOperands,
  part: {
    /** The group whose mask counts. */
    readonly group: Value<'i32'> | number;
    readonly columns: Local<'i32'>;
    readonly dGates: Value<'i32'>;
    readonly dGateStride: Local<'i32'>;
    readonly out: Value<'i32'>;
    readonly outStride: Local<'i32'>;
  },
): void {
  const bytes = f.index(i32.shl(o.width, 2));
  if (o.dropout !== undefined) {
    maskRows(f, module, false, {
      target: o.maskedSource,
      source: o.source,
      mask: i32.add(o.dropout, i32.mul(part.group, bytes)),
      maskStride: i32.mul(o.groups, bytes),
      batch: o.batch,
      steps: o.steps,
      bytes,
    });
  }
  multiply(
    f,
    module,
    { left: true },
    {
      left: o.dropout === undefined ? o.source : o.maskedSource,
      leftStride: bytes,
      right: part.dGates,
      rightStride: part.dGateStride,
      out: part.out,
      outStride: part.outStride,
      rows: o.width,
      columns: part.columns,
      depth: i32.mul(o.batch, o.steps),
      workspace: o.productSpace,
    },
  );
}
