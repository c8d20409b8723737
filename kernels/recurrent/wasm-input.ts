/** The input's side of a recurrence: its product with the kernel for all steps at once, and that product's gradients. */
import { i32, type FunctionBuilder, type Local, type ModuleBuilder, type Value } from '../../src/wasm/index.ts';
import { forGroups, maskRows } from './wasm-dropout.ts';
import { multiply } from './wasm-product.ts';

export interface InputOperands {
  readonly x: Local<'i32'>;
  readonly kernel: Local<'i32'>;
  readonly dropout: Local<'i32'> | undefined;
  /** Room for `x * dropout`, where there is dropout. */
  readonly maskedInput: Local<'i32'>;
  readonly productSpace: Local<'i32'>;
  readonly batch: Local<'i32'>;
  readonly steps: Local<'i32'>;
  readonly features: Local<'i32'>;
  /** Groups of gates with a mask of their own, and the columns of one. */
  readonly inputGroups: Local<'i32'>;
  readonly inputGroupWidth: Local<'i32'>;
  /** Bytes of one row of all gates. */
  readonly gateBytes: Local<'i32'>;
}

/** `gates = bias + (x * dropout) kernel`, rows of all steps in time order. */
export function projectInput(
  f: FunctionBuilder,
  module: ModuleBuilder,
  o: InputOperands,
  bias: Local<'i32'> | undefined,
  gates: Local<'i32'>,
): void {
  const featureBytes = f.index(i32.shl(o.features, 2));
  const project = (left: Local<'i32'>, column: Value<'i32'> | number): void =>
    multiply(
      f,
      module,
      {},
      {
        left,
        leftStride: featureBytes,
        right: i32.add(o.kernel, column),
        rightStride: o.gateBytes,
        out: i32.add(gates, column),
        outStride: o.gateBytes,
        rows: i32.mul(o.batch, o.steps),
        columns: o.inputGroupWidth,
        depth: o.features,
        addend: bias && { at: i32.add(bias, column), stride: 0 },
        workspace: o.productSpace,
      },
    );
  if (o.dropout === undefined) {
    project(o.x, 0);
    return;
  }
  forGroups(f, o.inputGroups, o.dropout, featureBytes, (group, mask) => {
    maskInput(f, module, o, { target: o.maskedInput, source: o.x, mask, accumulate: false });
    project(o.maskedInput, columnOf(o, group));
  });
}

/** `dx = (dGates kernelᵀ) * dropout`. */
export function writeInputGradient(
  f: FunctionBuilder,
  module: ModuleBuilder,
  o: InputOperands,
  dGates: Local<'i32'>,
  dx: Local<'i32'>,
): void {
  const featureBytes = f.index(i32.shl(o.features, 2));
  const project = (out: Local<'i32'>, column: Value<'i32'> | number): void =>
    multiply(
      f,
      module,
      { right: true },
      {
        left: i32.add(dGates, column),
        leftStride: o.gateBytes,
        right: i32.add(o.kernel, column),
        rightStride: o.gateBytes,
        out,
        outStride: featureBytes,
        rows: i32.mul(o.batch, o.steps),
        columns: o.features,
        depth: o.inputGroupWidth,
        workspace: o.productSpace,
      },
    );
  if (o.dropout === undefined) {
    project(dx, 0);
    return;
  }
  forGroups(f, o.inputGroups, o.dropout, featureBytes, (group, mask) => {
    project(o.maskedInput, columnOf(o, group));
    f.if(
      group,
      () => maskInput(f, module, o, { target: dx, source: o.maskedInput, mask, accumulate: true }),
      () => maskInput(f, module, o, { target: dx, source: o.maskedInput, mask, accumulate: false }),
    );
  });
}

function columnOf(o: InputOperands, group: Local<'i32'>): Value<'i32'> {
  return i32.shl(i32.mul(group, o.inputGroupWidth), 2);
}

function maskInput(
  f: FunctionBuilder,
  module: ModuleBuilder,
  o: InputOperands,
  rows: {
    readonly target: Local<'i32'>;
    readonly source: Local<'i32'>;
    readonly mask: Local<'i32'>;
    readonly accumulate: boolean;
  },
): void {
  const bytes = f.index(i32.shl(o.features, 2));
  maskRows(f, module, rows.accumulate, {
    target: rows.target,
    source: rows.source,
    mask: rows.mask,
    maskStride: i32.mul(o.inputGroups, bytes),
    batch: o.batch,
    steps: o.steps,
    bytes,
  });
}
