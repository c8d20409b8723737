/**
 * GRU backward through time as WebAssembly: the gates' gradients step by step, last step first, then the input's and the
 * weights' gradients as products over all steps.
 */
import { i32, type Local } from '../../src/wasm/index.ts';
import type { WasmCall } from '../contract.ts';
import { namesOf, rowAt, Workspace, type Emission } from '../recurrent/wasm-call.ts';
import { addHiddenGradient, forParts, packPart } from '../recurrent/wasm-hidden.ts';
import { recoverHistory } from '../recurrent/wasm-history.ts';
import { writeInputGradient } from '../recurrent/wasm-input.ts';
import { multiplyPacked } from '../recurrent/wasm-product.ts';
import { copyOrClear, copyRow, keepGradient } from '../recurrent/wasm-row.ts';
import { backwardBytes, sizesOf } from '../recurrent/wasm-sizes.ts';
import { gradientCall, weightNumbers, writeBiasGradient, writeSideGradient } from '../recurrent/wasm-split.ts';
import { forSamples, forStepsBack, ifMasked, type Step } from '../recurrent/wasm-steps.ts';
import type { GruGradGeometry } from './geometry.ts';
import { gruGradRow, resetGradRow } from './wasm-grad-row.ts';
import { gruParts, partNumbers, type PartName } from './wasm-parts.ts';

type Given = Readonly<
  Record<'resetAfter' | 'mask' | 'inputDropout' | 'recurrentDropout' | 'dSequence' | 'dLastHidden', boolean>
>;
type Name =
  | PartName
  | ('dGates' | 'dInner' | 'previousHidden' | 'maskedHidden' | 'maskedInput' | 'productSpace')
  | ('firstColumn' | 'inputColumns' | 'gateColumns' | 'candidateColumns');

export function gruGradWasm(geometry: GruGradGeometry, present: readonly boolean[]): WasmCall {
  const { batch, steps, features, units, resetAfter, inputLayout, hiddenLayout } = geometry;
  const given: Given = {
    resetAfter,
    mask: present[5] === true,
    inputDropout: present[6] === true,
    recurrentDropout: present[7] === true,
    dSequence: present[12] === true,
    dLastHidden: present[13] === true,
  };
  const rows = batch * steps;
  const workspace = new Workspace();
  const saved = {
    dGates: workspace.take(3 * rows * units),
    dInner: workspace.take(resetAfter ? rows * units : 0),
    previousHidden: workspace.take(rows * units),
  };
  const sharedBytes = workspace.bytes;
  const sides = [
    { name: 'gateColumns', columns: 2 * units, width: units },
    { name: 'candidateColumns', columns: units, width: units },
    { name: 'inputColumns', columns: 3 * units, width: features },
  ] as const;
  const [sequence, masks] = [steps * units, [steps, inputLayout.groups * features, hiddenLayout.groups * units]];
  // Of x, the weights, the state before and the masks; of what the forward pass left; of what comes back.
  const operands = [steps * features, 0, 0, 0, units, ...masks];
  const left = [sequence, units, 3 * sequence, sequence];
  return gradientCall<Name>({
    code: `gruGrad${namesOf(given)}`,
    numbers: {
      ...sizesOf(geometry, 3),
      ...partNumbers(workspace, units, hiddenLayout.groups, true),
      ...saved,
      // One step's gradient, then the states of all steps.
      maskedHidden: workspace.take(given.recurrentDropout || !resetAfter ? rows * units : 0),
      maskedInput: workspace.take(given.inputDropout ? rows * features : 0),
      productSpace: workspace.takeBytes(backwardBytes(geometry, 3)),
      ...weightNumbers(sides),
    },
    workspace,
    emitStates: (emission) => emitStates(emission, given),
    emitWeights: (emission) => emitWeights(emission, given),
    elements: {
      inputs: [...operands, ...left, sequence, units],
      outputs: [steps * features, 0, 0, 0, units],
    },
    saved: { dGates: 3 * sequence, dInner: resetAfter ? sequence : 0, previousHidden: sequence },
    sharedBytes,
    sides,
    hasMasks: given.inputDropout || given.recurrentDropout,
  });
}

/** The gradients of the states and of x, and what the weights' gradients are made of. */
function emitStates({ f, module, params, numbers, place }: Emission<Name>, given: Given): void {
  const input = (index: number): Local<'i32'> => params.inputs[index] as Local<'i32'>;
  const output = (index: number): Local<'i32'> => params.outputs[index] as Local<'i32'>;
  const { batch, steps, units, hiddenGroups } = numbers;
  const [gates, inner] = [input(10), input(11)];
  const dHidden = output(4);
  const dSequence = given.dSequence ? input(12) : undefined;
  const mask = given.mask ? input(5) : undefined;
  const inputDropout = given.inputDropout ? input(6) : undefined;
  const dropout = given.recurrentDropout ? input(7) : undefined;
  const unitBytes = f.index(i32.shl(units, 2));
  const gateBytes = f.index(i32.mul(units, 12));
  const gateStride = f.index(i32.mul(steps, gateBytes));
  const innerStride = f.index(i32.mul(steps, unitBytes));
  const dGates = place('dGates');
  const dInner = place('dInner');
  const previousHidden = place('previousHidden');
  const maskedHidden = place('maskedHidden');
  const common = { ...numbers, unitBytes, gateBytes, productSpace: place('productSpace') };
  recoverHistory(f, module, { ...common, h0: input(4), mask, sequence: input(8), previousHidden });
  copyOrClear(f, given.dLastHidden ? input(13) : undefined, dHidden, f.index(i32.mul(batch, unitBytes)));
  const recurrent = { ...common, recurrentKernel: input(2), dropout, maskedHidden };
  const { parts, candidate } = gruParts(numbers, place, unitBytes);
  forParts(f, parts, (part) => packPart(f, module, recurrent, part, true));
  packPart(f, module, recurrent, candidate, true);

  /** The step as far as it needs no product. */
  const stepBack = (moment: Step): void =>
    forSamples(f, numbers, moment, ({ sample, saved, output: outputRow }) => {
      const dGateRow = rowAt(f, dGates, saved, gateBytes);
      const dInnerRow = rowAt(f, dInner, saved, unitBytes);
      const dHiddenRow = rowAt(f, dHidden, sample, unitBytes);
      const dSequenceRow = dSequence && rowAt(f, dSequence, outputRow, unitBytes);
      ifMasked(
        f,
        mask,
        saved,
        () => {
          keepGradient(f, module, { ...common, dHiddenRow, dSequenceRow });
          f.fillMemory(dGateRow, 0, gateBytes);
          if (given.resetAfter) f.fillMemory(dInnerRow, 0, unitBytes);
        },
        () => {
          const row = gruGradRow(module, given.resetAfter, given.dSequence);
          const gateRow = rowAt(f, gates, saved, gateBytes);
          const innerRow = rowAt(f, inner, saved, unitBytes);
          const previousRow = rowAt(f, previousHidden, saved, unitBytes);
          const [from, to] = [dSequenceRow ?? 0, dHiddenRow];
          f.call(row, gateRow, innerRow, previousRow, from, to, dGateRow, dInnerRow, unitBytes);
        },
      );
    });

  /** Without `resetAfter`, s = (r h m) R: with u = dc' Rᵀ, dr = u h m and dhPrevious += u r m. */
  const resetBack = (moment: Step, dCandidates: Local<'i32'>): void => {
    multiplyPacked(f, module, {
      left: dCandidates,
      leftStride: gateStride,
      packed: candidate.packed,
      out: maskedHidden,
      outStride: unitBytes,
      rows: batch,
      columns: units,
      depth: units,
      workspace: common.productSpace,
    });
    forSamples(f, numbers, moment, ({ sample, saved }) => {
      ifMasked(
        f,
        mask,
        saved,
        () => {},
        () => {
          const row = resetGradRow(module, dropout !== undefined);
          const factors = i32.sub(i32.mul(i32.add(sample, 1), hiddenGroups), 1);
          f.call(
            row,
            i32.add(rowAt(f, gates, saved, gateBytes), unitBytes),
            rowAt(f, previousHidden, saved, unitBytes),
            dropout ? rowAt(f, dropout, factors, unitBytes) : 0,
            rowAt(f, maskedHidden, sample, unitBytes),
            i32.add(rowAt(f, dGates, saved, gateBytes), unitBytes),
            rowAt(f, dHidden, sample, unitBytes),
            unitBytes,
          );
        },
      );
    });
  };

  forStepsBack(f, numbers, (moment) => {
    stepBack(moment);
    const dGateRows = f.index(i32.add(dGates, i32.mul(moment.time, gateBytes)));
    if (!given.resetAfter) resetBack(moment, f.index(i32.add(dGateRows, candidate.column)));
    // dh += (dq recurrentKernelᵀ) * recurrentDropout: a masked sample keeps its gradient, its dq is zero
    forParts(f, parts, (part) => {
      const left = i32.add(dGateRows, part.column);
      addHiddenGradient(f, module, recurrent, part, { dGates: left, dGateStride: gateStride, dHidden });
    });
    if (!given.resetAfter) return;
    const left = i32.add(dInner, i32.mul(moment.time, unitBytes));
    addHiddenGradient(f, module, recurrent, candidate, { dGates: left, dGateStride: innerStride, dHidden });
  });

  // a = (x * inputDropout) kernel + bias: dx = (da kernelᵀ) * inputDropout
  const side = { ...common, x: input(0), kernel: input(1), dropout: inputDropout, maskedInput: place('maskedInput') };
  writeInputGradient(f, module, side, dGates, output(0));
}

/**
 * dKernel = (x * inputDropout)ᵀ da, dRecurrentKernel = (h * recurrentDropout)ᵀ dq, or without `resetAfter`
 * (r h * recurrentDropout)ᵀ dc' for the candidate's columns, dBias = sum of da over rows; with `resetAfter` then that of dq.
 */
function emitWeights({ f, module, params, numbers, place }: Emission<Name>, given: Given): void {
  const input = (index: number): Local<'i32'> => params.inputs[index] as Local<'i32'>;
  const [dKernel, dRecurrentKernel, dBias] = params.outputs.slice(1) as [Local<'i32'>, Local<'i32'>, Local<'i32'>];
  const { batch, steps, units, firstColumn, inputGroups, hiddenGroups } = numbers;
  const unitBytes = f.index(i32.shl(units, 2));
  const gateBytes = f.index(i32.mul(units, 12));
  const [dGates, dInner] = [place('dGates'), place('dInner')];
  const operands = { batch, steps, productSpace: place('productSpace') };
  const gates = { firstColumn, dGates, dGateStride: gateBytes, outStride: gateBytes };
  writeSideGradient(
    f,
    module,
    { ...gates, columns: numbers.inputColumns, out: dKernel, groups: inputGroups },
    {
      ...operands,
      source: input(0),
      width: numbers.features,
      dropout: given.inputDropout ? input(6) : undefined,
      maskedSource: place('maskedInput'),
      groups: inputGroups,
    },
  );
  const state = {
    ...operands,
    source: place('previousHidden'),
    width: units,
    dropout: given.recurrentDropout ? input(7) : undefined,
    maskedSource: place('maskedHidden'),
    groups: hiddenGroups,
  };
  const resetAndUpdate = { ...gates, columns: numbers.gateColumns };
  writeSideGradient(f, module, { ...resetAndUpdate, out: dRecurrentKernel, groups: numbers.partCount }, state);
  const last = f.index(i32.shl(unitBytes, 1));
  const dCandidates = f.index(i32.add(dGates, last));
  const candidate = { ...gates, columns: numbers.candidateColumns, dGates: dCandidates };
  const inner = given.resetAfter ? { ...candidate, dGates: dInner, dGateStride: unitBytes } : candidate;
  writeSideGradient(
    f,
    module,
    { ...inner, out: i32.add(dRecurrentKernel, last), groups: 1, firstGroup: i32.sub(hiddenGroups, 1) },
    given.resetAfter ? state : { ...state, source: input(11), dropout: undefined },
  );

  const rows = f.index(i32.mul(batch, steps));
  writeBiasGradient(f, module, { ...resetAndUpdate, out: dBias }, rows);
  writeBiasGradient(f, module, { ...candidate, out: i32.add(dBias, last) }, rows);
  if (!given.resetAfter) return;
  const first = f.index(i32.add(dBias, i32.shl(firstColumn, 2)));
  f.call(copyRow(module), i32.add(first, gateBytes), first, i32.shl(numbers.gateColumns, 2));
  writeBiasGradient(f, module, { ...inner, out: i32.add(i32.add(dBias, gateBytes), last) }, rows);
}
