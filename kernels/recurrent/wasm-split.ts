/**
 * The backward pass of a recurrence for threads: samples go through time in parts, which leave their gates' gradients side
 * by side; then columns of the weights' gradients are summed over all samples, each in one part.
 */
import { i32, type FunctionBuilder, type I32, type Local, type ModuleBuilder } from '../../src/wasm/index.ts';
import type { WasmCall, WasmPart, WasmStage } from '../contract.ts';
import { TILE_COLUMNS } from '../gemm/tile.ts';
import { bytesFrom, rangesOf, type Range } from '../split.ts';
import { argsOf, namedCall, sampleRanges, type NamedCall, type SampleElements } from './wasm-call.ts';
import { sumRows } from './wasm-sums.ts';
import { writeWeightGradient, type WeightOperands } from './wasm-weights.ts';

/** Columns of weights that are made of the same rows: those of the input, of the state, or of one of its gates. */
export interface WeightSide<Name extends string = string> {
  /** The number of a call that says how many of these columns it writes: 0 where it writes those of another side. */
  readonly name: Name;
  readonly columns: number;
  /** Rows of the weights: what a column costs. */
  readonly width: number;
}

/** The numbers of a call that writes all columns. */
export function weightNumbers<Name extends string>(
  sides: readonly WeightSide<Name>[],
): Readonly<Record<'firstColumn' | Name, number>> {
  const columns = sides.map(({ name, columns }) => [name, columns] as const);
  return { firstColumn: 0, ...Object.fromEntries(columns) } as Record<'firstColumn' | Name, number>;
}

/** Some columns of one side: those of this call. */
export interface SideColumns {
  readonly firstColumn: Local<'i32'>;
  readonly columns: Local<'i32'>;
  /** From the side's first column on. */
  readonly dGates: I32;
  readonly dGateStride: Local<'i32'>;
  readonly out: I32;
}

/** The gradient of one side's weights. */
export interface SideGradient extends SideColumns {
  readonly outStride: Local<'i32'>;
  /** Groups of columns with a mask each, and the first of these masks. */
  readonly groups: I32;
  readonly firstGroup?: I32;
}

/** Writes the columns of this call; with masks of their own for groups of gates, all columns, group by group. */
export function writeSideGradient(
  f: FunctionBuilder,
  module: ModuleBuilder,
  { firstColumn, columns, dGates, dGateStride, out, outStride, groups, firstGroup = 0 }: SideGradient,
  operands: WeightOperands,
): void {
  f.if(columns, () => {
    const width = f.index(i32.divSigned(columns, groups));
    const first = f.index(i32.shl(firstColumn, 2));
    const group = f.local('i32');
    f.for(group, 0, groups, 1, () => {
      const column = f.index(i32.add(first, i32.shl(i32.mul(group, width), 2)));
      writeWeightGradient(f, module, operands, {
        group: i32.add(group, firstGroup),
        columns: width,
        dGates: i32.add(dGates, column),
        dGateStride,
        out: i32.add(out, column),
        outStride,
      });
    });
  });
}

/** The sums of the side's columns over all rows. */
export function writeBiasGradient(
  f: FunctionBuilder,
  module: ModuleBuilder,
  { firstColumn, columns, dGates, dGateStride, out }: SideColumns,
  rows: I32,
): void {
  f.if(columns, () => {
    const first = f.index(i32.shl(firstColumn, 2));
    sumRows(f, module, {
      source: i32.add(dGates, first),
      stride: dGateStride,
      rows,
      bytes: f.index(i32.shl(columns, 2)),
      out: f.index(i32.add(out, first)),
    });
  });
}

/** A recurrence backward: through time, then the sums for the weights. */
export interface GradientCall<Name extends string> extends Omit<NamedCall<Name>, 'emit'> {
  readonly emitStates: NamedCall<Name>['emit'];
  readonly emitWeights: NamedCall<Name>['emit'];
  readonly elements: SampleElements;
  /** Elements that a sample leaves in the shared places of these names. */
  readonly saved: Partial<Readonly<Record<Name, number>>>;
  /** The workspace begins with what all parts share; the rest each has for itself. */
  readonly sharedBytes: number;
  readonly sides: readonly WeightSide<Name>[];
  /** Whether weights are summed over masked rows. */
  readonly hasMasks: boolean;
}

/** The call that goes back through time and sums up, with both as stages for threads. */
export function gradientCall<Name extends string>(gradient: GradientCall<Name | 'batch'>): WasmCall {
  const { code, emitStates, emitWeights, workspace, sharedBytes } = gradient;
  const call = namedCall({
    ...gradient,
    emit(emission) {
      emitStates(emission);
      emitWeights(emission);
    },
  });
  return {
    ...call,
    split(most, however) {
      const samples = sampleRanges(gradient.numbers.batch, most, however);
      if (samples.length < 2) return undefined;
      const ownBytes = workspace.bytes - sharedBytes;
      const stageOf = (name: string, emit: typeof emitStates, parts: readonly GradientPart[]): WasmStage => ({
        ...namedCall({ ...gradient, code: `${code} ${name}`, emit }),
        parts: parts.map(({ numbers, inputs, outputs }, part) => {
          const own = placesFrom(part * ownBytes, gradient.numbers);
          return { inputs, outputs, args: argsOf({ ...gradient.numbers, ...own, ...numbers }) };
        }),
      });
      const stages = [
        stageOf('states', emitStates, stateParts(gradient, samples)),
        stageOf('weights', emitWeights, weightParts(gradient, most, however)),
      ];
      const parts = Math.max(...stages.map((stage) => stage.parts.length));
      return { stages, workspaceBytes: sharedBytes + parts * ownBytes };
    },
  };
}

/** A part, with those numbers of its call that are not the whole call's. */
interface GradientPart extends Omit<WasmPart, 'args'> {
  readonly numbers: Readonly<Record<string, number>>;
}

/** Places in the workspace that a call needs for itself alone. */
const PLACES = ['packed', 'packedCandidate', 'maskedHidden', 'maskedInput', 'productSpace'];

/** The places of a part that nobody shares come behind those of the parts before. */
function placesFrom(bytes: number, numbers: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  const places = PLACES.filter((name) => numbers[name] !== undefined);
  return Object.fromEntries(places.map((name) => [name, numbers[name]! + bytes]));
}

function stateParts(
  { numbers, elements, saved }: GradientCall<string>,
  samples: readonly Range[],
): readonly GradientPart[] {
  return samples.map(({ start, size }) => {
    const places = Object.entries(saved).map(([name, count]) => [name, numbers[name]! + 4 * count! * start] as const);
    return {
      inputs: bytesFrom(start, elements.inputs),
      outputs: bytesFrom(start, elements.outputs),
      numbers: { ...Object.fromEntries(places), batch: size },
    };
  });
}

/** The least columns that make a part: each turns all of the states. */
const PART_COLUMNS = 64;

/** Which columns each part sums; with masks each side is one part, for its operand is masked in whole. */
function weightParts(
  { sides, hasMasks }: GradientCall<string>,
  most: number,
  however: boolean,
): readonly GradientPart[] {
  const none = Object.fromEntries(sides.map(({ name }) => [name, 0]));
  const work = sides.reduce((sum, { columns, width }) => sum + columns * width, 0);
  return sides.flatMap(({ name, columns, width }) => {
    const share = Math.max(1, Math.round((most * columns * width) / work));
    const mostShares = Math.max(1, Math.floor(columns / (however ? TILE_COLUMNS : PART_COLUMNS)));
    return rangesOf(columns, hasMasks ? 1 : Math.min(share, mostShares), TILE_COLUMNS).map(({ start, size }) => ({
      inputs: [],
      outputs: [],
      numbers: { ...none, firstColumn: start, [name]: size },
    }));
  });
}
