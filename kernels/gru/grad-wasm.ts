/**
 * GRU backward through time as WebAssembly: the gates' gradients step by step, last step first, then the input's and the
 * weights' gradients as products over all steps.
 */
import { i32, type Local } from '../../src/wasm/index.ts';
import type { WasmCall } from '../contract.ts';
import { namedCall, namesOf, rowAt, Workspace, type Emission } from '../recurrent/wasm-call.ts';
import { addHiddenGradient, forParts, packPart } from '../recurrent/wasm-hidden.ts';
import { recoverHistory } from '../recurrent/wasm-history.ts';
import { writeInputGradient } from '../recurrent/wasm-input.ts';
import { multiplyPacked } from '../recurrent/wasm-product.ts';
import { copyOrClear, copyRow, keepGradient } from '../recurrent/wasm-row.ts';
import { backwardBytes, sizesOf } from '../recurrent/wasm-sizes.ts';
import { forSamples, forStepsBack, ifMasked, type Step } from '../recurrent/wasm-steps.ts';
import { sumRows } from '../recurrent/wasm-sums.ts';
import { writeKernelGradient, writeWeightGradient } from '../recurrent/wasm-weights.ts';
import type { GruGradGeometry } from './geometry.ts';
import { gruGradRow, resetGradRow } from './wasm-grad-row.ts';
import { gruParts, partNumbers, type PartName } from './wasm-parts.ts';

type Given = Readonly<
  Record<'resetAfter' | 'mask' | 'inputDropout' | 'recurrentDropout' | 'dSequence' | 'dLastHidden', boolean>
>;
type Name = PartName | 'dGates' | 'dInner' | 'previousHidden' | 'maskedHidden' | 'maskedInput' | 'productSpace';

export function gruGradWasm(geometry: GruGradGeometry, present: readonly boolean[]): WasmCall {
  const { batch, steps, features, units, resetAfter, hiddenLayout } = geometry;
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
  return namedCall<Name>({
    code: `gruGrad${namesOf(given)}`,
    numbers: {
      ...sizesOf(geometry, 3),
      ...partNumbers(workspace, units, hiddenLayout.groups, true),
      dGates: workspace.take(3 * rows * units),
      dInner: workspace.take(resetAfter ? rows * units : 0),
      previousHidden: workspace.take(rows * units),
      // One step's gradient, then the states of all steps.
      maskedHidden: workspace.take(given.recurrentDropout || !resetAfter ? rows * units : 0),
      maskedInput: workspace.take(given.inputDropout ? rows * features : 0),
      productSpace: workspace.takeBytes(backwardBytes(geometry, 3)),
    },
    workspace,
    emit: (emission) => emitGruGrad(emission, given),
  });
}

function emitGruGrad({ f, module, params, numbers, place }: Emission<Name>, given: Given): void {
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

  // a = (x * inputDropout) kernel + bias: dx = (da kernelᵀ) * inputDropout, dKernel = (x * inputDropout)ᵀ da
  const maskedInput = place('maskedInput');
  const side = { ...common, x: input(0), kernel: input(1), dropout: inputDropout, maskedInput };
  writeInputGradient(f, module, side, dGates, output(0));
  writeKernelGradient(
    f,
    module,
    {
      ...common,
      source: input(0),
      width: numbers.features,
      dropout: inputDropout,
      maskedSource: maskedInput,
      groups: numbers.inputGroups,
    },
    { groupWidth: numbers.inputGroupWidth, gateBytes, dGates, out: output(1) },
  );
  // dRecurrentKernel = (h * recurrentDropout)ᵀ dq; the candidate's columns without `resetAfter`: (r h * dropout)ᵀ dc'
  const state = {
    ...common,
    source: previousHidden,
    width: units,
    dropout,
    maskedSource: maskedHidden,
    groups: hiddenGroups,
  };
  forParts(f, parts, ({ group, column, width }) => {
    const [from, out] = [i32.add(dGates, column), i32.add(output(2), column)];
    const part = { group, columns: width, dGates: from, dGateStride: gateBytes, out, outStride: gateBytes };
    writeWeightGradient(f, module, state, part);
  });
  const source = given.resetAfter ? state : { ...state, source: inner, dropout: undefined };
  writeWeightGradient(f, module, source, {
    group: candidate.group,
    columns: units,
    dGates: given.resetAfter ? dInner : i32.add(dGates, candidate.column),
    dGateStride: given.resetAfter ? unitBytes : gateBytes,
    out: i32.add(output(2), candidate.column),
    outStride: gateBytes,
  });

  // dBias: the sum of da over rows; with `resetAfter` then that of dq
  const rows = f.index(i32.mul(batch, steps));
  const dBias = output(3);
  sumRows(f, module, { source: dGates, stride: gateBytes, rows, bytes: gateBytes, out: dBias });
  if (!given.resetAfter) return;
  const second = f.index(i32.add(dBias, gateBytes));
  f.call(copyRow(module), second, dBias, candidate.column);
  const last = f.index(i32.add(second, candidate.column));
  sumRows(f, module, { source: dInner, stride: unitBytes, rows, bytes: unitBytes, out: last });
}
