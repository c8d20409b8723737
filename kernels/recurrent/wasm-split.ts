/**
 * The backward pass of a recurrence for threads: samples go through time in parts, which leave their gates' gradients side
 * by side; then columns of the weights' gradients are summed over all samples, each in one part.
 */
import { i32, type FunctionBuilder, type I32, type Local, type ModuleBuilder } from '../../src/wasm/index.ts';
import type { WasmCall, WasmPart, WasmSplit } from '../contract.ts';
import { TILE_COLUMNS } from '../gemm/tile.ts';
import { bytesFrom, rangesOf } from '../split.ts';
import { argsOf, sampleRanges, type SampleElements } from './wasm-call.ts';
import { sumRows } from './wasm-sums.ts';
import { writeWeightGradient, type WeightOperands } from './wasm-weights.ts';

/** Whose weights: those of the input, or those of the state. */
export type SideName = 'input' | 'hidden';

/** Which columns of which weights a call writes: of a side that counts 0 columns, none. */
export type WeightName = 'firstColumn' | 'inputColumns' | 'hiddenColumns';

export function weightNumbers(all: { readonly columns: number }): Readonly<Record<WeightName, number>> {
  return { firstColumn: 0, inputColumns: all.columns, hiddenColumns: all.columns };
}

/** The gradient of one side's weights. */
export interface SideGradient extends Readonly<Record<WeightName, Local<'i32'>>> {
  readonly side: SideName;
  readonly gateBytes: Local<'i32'>;
  readonly dGates: Local<'i32'>;
  readonly out: Local<'i32'>;
}

/** Writes the columns of this call; with masks of their own for groups of gates, all columns, group by group. */
export function writeSideGradient(
  f: FunctionBuilder,
  module: ModuleBuilder,
  gradient: SideGradient,
  operands: WeightOperands,
): void {
  const { side, firstColumn, gateBytes, dGates, out } = gradient;
  const columns = side === 'input' ? gradient.inputColumns : gradient.hiddenColumns;
  const width = f.index(i32.divSigned(columns, operands.groups));
  const first = f.index(i32.shl(firstColumn, 2));
  const group = f.local('i32');
  f.if(columns, () => {
    f.for(group, 0, operands.groups, 1, () => {
      const column = f.index(i32.add(first, i32.shl(i32.mul(group, width), 2)));
      writeWeightGradient(f, module, operands, {
        group,
        columns: width,
        dGates: i32.add(dGates, column),
        dGateStride: gateBytes,
        out: i32.add(out, column),
        outStride: gateBytes,
      });
    });
  });
}

/** The sums of the state's columns over all rows. */
export function writeBiasGradient(
  f: FunctionBuilder,
  module: ModuleBuilder,
  { firstColumn, hiddenColumns, gateBytes, dGates, out }: SideGradient,
  rows: I32,
): void {
  const first = f.index(i32.shl(firstColumn, 2));
  f.if(hiddenColumns, () => {
    sumRows(f, module, {
      source: i32.add(dGates, first),
      stride: gateBytes,
      rows,
      bytes: f.index(i32.shl(hiddenColumns, 2)),
      out: f.index(i32.add(out, first)),
    });
  });
}

interface GradientSplit {
  readonly numbers: Readonly<Record<WeightName | 'batch' | 'features' | 'units', number>>;
  /** The call that goes back through time, and the one that sums up. */
  readonly states: WasmCall;
  readonly weights: WasmCall;
  readonly elements: SampleElements;
  /** Elements that a sample leaves in the shared places of these names. */
  readonly saved: Readonly<Record<string, number>>;
  /** The workspace begins with what all parts share; the rest each has for itself. */
  readonly sharedBytes: number;
  readonly hasMasks: boolean;
  readonly most: number;
  readonly however: boolean;
}

/** The least columns that make a part: each turns all of the states. */
const PART_COLUMNS = 64;

export function splitGradient(split: GradientSplit): WasmSplit | undefined {
  const { states, weights, elements, saved, sharedBytes, most } = split;
  const numbers = split.numbers as Readonly<Record<string, number>> & GradientSplit['numbers'];
  const samples = sampleRanges(numbers.batch, most, split.however);
  if (samples.length < 2) return undefined;
  const ownBytes = (states.workspaceBytes ?? 0) - sharedBytes;
  /** The places of a part that nobody shares come behind those of the parts before. */
  const own = (part: number): Readonly<Record<string, number>> =>
    Object.fromEntries(
      PLACES.filter((name) => numbers[name] !== undefined).map((name) => [name, numbers[name]! + part * ownBytes]),
    );
  const stateParts = samples.map(({ start, size }, part): WasmPart => {
    const places = Object.entries(saved).map(([name, count]) => [name, numbers[name]! + 4 * count * start]);
    return {
      inputs: bytesFrom(start, elements.inputs),
      outputs: bytesFrom(start, elements.outputs),
      args: argsOf({ ...numbers, ...own(part), ...Object.fromEntries(places), batch: size }),
    };
  });
  const columns = weightColumns(split);
  const weightParts = columns.map((one, part): WasmPart => {
    return { inputs: [], outputs: [], args: argsOf({ ...numbers, ...own(part), ...one }) };
  });
  const parts = Math.max(stateParts.length, weightParts.length);
  return {
    stages: [
      { ...states, parts: stateParts },
      { ...weights, parts: weightParts },
    ],
    workspaceBytes: sharedBytes + parts * ownBytes,
  };
}

/** Places in the workspace that a call needs for itself alone. */
const PLACES = ['packed', 'maskedHidden', 'maskedInput', 'productSpace'];

/** Which columns each part sums; with masks each side is one part, for its operand is masked in whole. */
function weightColumns({ numbers, hasMasks, most, however }: GradientSplit): Record<WeightName, number>[] {
  const { hiddenColumns: all, features, units } = numbers;
  const mostShares = Math.max(1, Math.floor(all / (however ? TILE_COLUMNS : PART_COLUMNS)));
  const share = (width: number): number => Math.max(1, Math.round((most * width) / (features + units)));
  const rangesFor = (width: number) => rangesOf(all, hasMasks ? 1 : Math.min(share(width), mostShares), TILE_COLUMNS);
  const hidden = rangesFor(units).map(({ start, size }) => ({
    firstColumn: start,
    inputColumns: 0,
    hiddenColumns: size,
  }));
  const input = rangesFor(features).map(({ start, size }) => ({
    firstColumn: start,
    inputColumns: size,
    hiddenColumns: 0,
  }));
  return [...hidden, ...input];
}
