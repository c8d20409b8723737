/** The state's side of a recurrence: its products with the recurrent kernel, one step at a time, on weights packed once. */
import {
  i32,
  type FunctionBuilder,
  type I32,
  type Local,
  type ModuleBuilder,
  type Value,
} from '../../src/wasm/index.ts';
import { maskRows } from './wasm-dropout.ts';
import { multiplyPacked, packRight, type Addend } from './wasm-product.ts';

export interface HiddenOperands {
  readonly recurrentKernel: Local<'i32'>;
  readonly dropout: Local<'i32'> | undefined;
  /** Room for `state * dropout`, or for its gradient. */
  readonly maskedHidden: Local<'i32'>;
  readonly batch: Local<'i32'>;
  readonly units: Local<'i32'>;
  readonly unitBytes: Local<'i32'>;
  /** Masks per sample. */
  readonly hiddenGroups: Local<'i32'>;
  /** Bytes of one row of all gates. */
  readonly gateBytes: Local<'i32'>;
  readonly productSpace: Local<'i32'>;
}

/** Some columns of the recurrent kernel with one mask, and where they lie packed. */
export interface HiddenPart {
  readonly group: I32;
  /** The first column, in bytes, and their number. */
  readonly column: Value<'i32'>;
  readonly width: Local<'i32'>;
  readonly packed: Value<'i32'>;
}

/** Packs the columns for `addHiddenProduct`, or transposed for `addHiddenGradient`. */
export function packPart(
  f: FunctionBuilder,
  module: ModuleBuilder,
  o: HiddenOperands,
  part: HiddenPart,
  transposed: boolean,
): void {
  packRight(f, module, transposed, {
    right: i32.add(o.recurrentKernel, part.column),
    rightStride: o.gateBytes,
    packed: part.packed,
    depth: transposed ? part.width : o.units,
    columns: transposed ? o.units : part.width,
  });
}

/** `out = addend + (hidden * dropout) recurrentKernel` for one step. */
export function addHiddenProduct(
  f: FunctionBuilder,
  module: ModuleBuilder,
  o: HiddenOperands,
  part: HiddenPart,
  step: {
    readonly hidden: Local<'i32'>;
    readonly out: Value<'i32'>;
    readonly outStride: Value<'i32'>;
    readonly addend: Addend | undefined;
  },
): void {
  if (o.dropout !== undefined) {
    maskHidden(f, module, o, part.group, { target: o.maskedHidden, source: step.hidden, accumulate: false });
  }
  multiplyPacked(f, module, {
    left: o.dropout === undefined ? step.hidden : o.maskedHidden,
    leftStride: o.unitBytes,
    packed: part.packed,
    out: step.out,
    outStride: step.outStride,
    rows: o.batch,
    columns: part.width,
    depth: o.units,
    addend: step.addend,
    workspace: o.productSpace,
  });
}

/** `dHidden += (dGates recurrentKernelᵀ) * dropout` for one step. */
export function addHiddenGradient(
  f: FunctionBuilder,
  module: ModuleBuilder,
  o: HiddenOperands,
  part: HiddenPart,
  step: { readonly dGates: Value<'i32'>; readonly dGateStride: Value<'i32'>; readonly dHidden: Local<'i32'> },
): void {
  multiplyPacked(f, module, {
    left: step.dGates,
    leftStride: step.dGateStride,
    packed: part.packed,
    out: o.dropout === undefined ? step.dHidden : o.maskedHidden,
    outStride: o.unitBytes,
    rows: o.batch,
    columns: o.units,
    depth: part.width,
    addend: o.dropout === undefined ? { at: step.dHidden, stride: o.unitBytes } : undefined,
    workspace: o.productSpace,
  });
  if (o.dropout !== undefined) {
    maskHidden(f, module, o, part.group, { target: step.dHidden, source: o.maskedHidden, accumulate: true });
  }
}

/** `target (+)= source * dropout`, the mask of one group. */
export function maskHidden(
  f: FunctionBuilder,
  module: ModuleBuilder,
  o: HiddenOperands,
  group: I32,
  rows: { readonly target: Local<'i32'>; readonly source: Local<'i32'>; readonly accumulate: boolean },
): void {
  if (o.dropout === undefined) return;
  maskRows(f, module, rows.accumulate, {
    target: rows.target,
    source: rows.source,
    mask: i32.add(o.dropout, i32.mul(group, o.unitBytes)),
    maskStride: i32.mul(o.hiddenGroups, o.unitBytes),
    batch: o.batch,
    steps: 1,
    bytes: o.unitBytes,
  });
}

/** Runs for each of `count` parts of equal width, side by side in the kernel and packed. */
export function forParts(
  f: FunctionBuilder,
  all: {
    readonly count: Local<'i32'>;
    readonly width: Local<'i32'>;
    readonly packed: Local<'i32'>;
    /** From one part's packed weights to the next. */
    readonly packedStride: Local<'i32'>;
  },
  body: (part: HiddenPart & { readonly column: Local<'i32'> }) => void,
): void {
  const group = f.local('i32');
  const column = f.local('i32');
  const packed = f.local('i32');
  f.set(column, 0);
  f.set(packed, all.packed);
  f.for(group, 0, all.count, 1, () => {
    body({ group, column, width: all.width, packed });
    f.increment(column, i32.shl(all.width, 2));
    f.increment(packed, all.packedStride);
  });
}
