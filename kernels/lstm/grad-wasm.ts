/**
 * LSTM backward through time as WebAssembly: the gates' gradients step by step, last step first, then the input's and
 * the weights' gradients as products over all steps. A masked step hands the gradients of its states (and of its output,
 * when that was the carried hidden state) to the step before.
 */
import { i32, type Local } from '../../src/wasm/index.ts';
import type { WasmCall } from '../contract.ts';
import { namesOf, rowAt, Workspace, type Emission } from '../recurrent/wasm-call.ts';
import { gradientCall, weightNumbers, writeBiasGradient, writeSideGradient } from '../recurrent/wasm-split.ts';
import { addHiddenGradient, forParts, packPart } from '../recurrent/wasm-hidden.ts';
import { recoverHistory } from '../recurrent/wasm-history.ts';
import { writeInputGradient } from '../recurrent/wasm-input.ts';
import { copyOrClear, keepGradient } from '../recurrent/wasm-row.ts';
import { backwardBytes, sizesOf } from '../recurrent/wasm-sizes.ts';
import { forSamples, forStepsBack, ifMasked } from '../recurrent/wasm-steps.ts';
import type { LstmGradGeometry } from './geometry.ts';
import { lstmGradRow } from './wasm-grad-row.ts';
import { lstmParts, partNumbers, type PartName } from './wasm-parts.ts';

export function lstmGradWasm(geometry: LstmGradGeometry, present: readonly boolean[]): WasmCall {
  const { batch, steps, features, units, inputLayout, hiddenLayout } = geometry;
  const given: Given = {
    mask: present[6] === true,
    inputDropout: present[7] === true,
    recurrentDropout: present[8] === true,
    dSequence: present[14] === true,
    dLastHidden: present[15] === true,
    dLastCell: present[16] === true,
  };
  const rows = batch * steps;
  const workspace = new Workspace();
  const saved = { dGates: workspace.take(4 * rows * units), previousHidden: workspace.take(rows * units) };
  const sharedBytes = workspace.bytes;
  const sides = [
    { name: 'hiddenColumns', columns: 4 * units, width: units },
    { name: 'inputColumns', columns: 4 * units, width: features },
  ] as const;
  const numbers = {
    ...sizesOf(geometry, 4),
    ...partNumbers(workspace, units, hiddenLayout.groups, true),
    ...saved,
    // One step's gradient, then the states of all steps.
    maskedHidden: workspace.take(given.recurrentDropout ? rows * units : 0),
    maskedInput: workspace.take(given.inputDropout ? rows * features : 0),
    productSpace: workspace.takeBytes(backwardBytes(geometry, 4)),
    ...weightNumbers(sides),
  };
  const [sequence, masks] = [steps * units, [steps, inputLayout.groups * features, hiddenLayout.groups * units]];
  // Of x, the weights, the states before and the masks; of what the forward pass left; of what comes back.
  const operands = [steps * features, 0, 0, 0, units, units, ...masks];
  const left = [sequence, units, units, 4 * sequence, sequence];
  return gradientCall<Name>({
    code: `lstmGrad${namesOf({ ...given })}`,
    numbers,
    workspace,
    emitStates: (emission) => emitStates(emission, given),
    emitWeights: (emission) => emitWeights(emission, given),
    elements: {
      inputs: [...operands, ...left, sequence, units, units],
      outputs: [steps * features, 0, 0, 0, units, units],
    },
    saved: { dGates: 4 * sequence, previousHidden: sequence },
    sharedBytes,
    sides,
    hasMasks: given.inputDropout || given.recurrentDropout,
  });
}

type Given = Readonly<
  Record<'mask' | 'inputDropout' | 'recurrentDropout' | 'dSequence' | 'dLastHidden' | 'dLastCell', boolean>
>;

type Name =
  | PartName
  | ('dGates' | 'previousHidden' | 'maskedHidden' | 'maskedInput' | 'productSpace')
  | ('firstColumn' | 'inputColumns' | 'hiddenColumns');

/** The gradients of the states and of x, and what the weights' gradients are made of. */
function emitStates({ f, module, params, numbers, place }: Emission<Name>, given: Given): void {
  const input = (index: number): Local<'i32'> => params.inputs[index] as Local<'i32'>;
  const output = (index: number): Local<'i32'> => params.outputs[index] as Local<'i32'>;
  const { batch, steps, units } = numbers;
  const dHidden = output(4);
  const dCell = output(5);
  const mask = given.mask ? input(6) : undefined;
  const recurrentDropout = given.recurrentDropout ? input(8) : undefined;
  const unitBytes = f.index(i32.shl(units, 2));
  const gateBytes = f.index(i32.shl(units, 4));
  const dGates = place('dGates');
  const previousHidden = place('previousHidden');
  const maskedHidden = place('maskedHidden');
  const common = { ...numbers, unitBytes, gateBytes, productSpace: place('productSpace') };
  const stateBytes = f.index(i32.mul(batch, unitBytes));
  copyOrClear(f, given.dLastHidden ? input(15) : undefined, dHidden, stateBytes);
  copyOrClear(f, given.dLastCell ? input(16) : undefined, dCell, stateBytes);

  const recurrent = { ...common, recurrentKernel: input(2), dropout: recurrentDropout, maskedHidden };
  const parts = lstmParts(numbers, place);
  forParts(f, parts, (part) => packPart(f, module, recurrent, part, true));
  const stepStride = f.index(i32.mul(steps, gateBytes));
  const row = lstmGradRow(module, given.dSequence);
  forStepsBack(f, numbers, (moment) => {
    const { step, time } = moment;
    const previousTime = f.index(i32.select(numbers.goBackwards, i32.add(time, 1), i32.sub(time, 1)));
    forSamples(f, numbers, moment, ({ sample, saved, output: outputRow }) => {
      const dGateRow = rowAt(f, dGates, saved, gateBytes);
      const dHiddenRow = rowAt(f, dHidden, sample, unitBytes);
      const dSequenceRow = given.dSequence ? rowAt(f, input(14), outputRow, unitBytes) : undefined;
      ifMasked(
        f,
        mask,
        saved,
        () => {
          keepGradient(f, module, { ...common, dHiddenRow, dSequenceRow });
          f.fillMemory(dGateRow, 0, gateBytes);
        },
        () => {
          const previousCells = rowAt(f, input(13), i32.add(i32.mul(sample, steps), previousTime), unitBytes);
          f.if(i32.eqz(step), () => f.set(previousCells, i32.add(input(5), i32.mul(sample, unitBytes))));
          f.call(
            row,
            rowAt(f, input(12), saved, gateBytes),
            rowAt(f, input(13), saved, unitBytes),
            previousCells,
            dSequenceRow ?? 0,
            dHiddenRow,
            rowAt(f, dCell, sample, unitBytes),
            dGateRow,
            unitBytes,
          );
        },
      );
    });
    // dh += (dz recurrentKernelᵀ) * recurrentDropout: a masked sample keeps its gradient, its dz is zero
    const dGateRows = f.index(i32.add(dGates, i32.mul(time, gateBytes)));
    forParts(f, parts, (part) => {
      const left = i32.add(dGateRows, part.column);
      addHiddenGradient(f, module, recurrent, part, { dGates: left, dGateStride: stepStride, dHidden });
    });
  });

  recoverHistory(f, module, { ...common, h0: input(4), mask, sequence: input(9), previousHidden });
  // z = (x * inputDropout) kernel + (h * recurrentDropout) recurrentKernel + bias: dx = (dz kernelᵀ) * inputDropout
  const dropout = given.inputDropout ? input(7) : undefined;
  const side = { ...common, x: input(0), kernel: input(1), dropout, maskedInput: place('maskedInput') };
  writeInputGradient(f, module, side, dGates, output(0));
}

/** dKernel = (x * inputDropout)ᵀ dz, the same for the state's, dBias = sum of dz over rows. */
function emitWeights({ f, module, params, numbers, place }: Emission<Name>, given: Given): void {
  const { batch, steps, units } = numbers;
  const [dKernel, dRecurrentKernel, dBias] = params.outputs.slice(1) as [Local<'i32'>, Local<'i32'>, Local<'i32'>];
  const gateBytes = f.index(i32.shl(units, 4));
  const dGates = place('dGates');
  const { firstColumn, inputColumns, hiddenColumns, inputGroups, hiddenGroups } = numbers;
  const operands = { batch, steps, productSpace: place('productSpace') };
  const columns = { firstColumn, dGates, dGateStride: gateBytes, outStride: gateBytes };
  writeSideGradient(
    f,
    module,
    { ...columns, columns: inputColumns, out: dKernel, groups: inputGroups },
    {
      ...operands,
      source: params.inputs[0] as Local<'i32'>,
      width: numbers.features,
      dropout: given.inputDropout ? params.inputs[7] : undefined,
      maskedSource: place('maskedInput'),
      groups: inputGroups,
    },
  );
  const hidden = { ...columns, columns: hiddenColumns };
  writeSideGradient(
    f,
    module,
    { ...hidden, out: dRecurrentKernel, groups: hiddenGroups },
    {
      ...operands,
      source: place('previousHidden'),
      width: units,
      dropout: given.recurrentDropout ? params.inputs[8] : undefined,
      maskedSource: place('maskedHidden'),
      groups: hiddenGroups,
    },
  );
  writeBiasGradient(f, module, { ...hidden, out: dBias }, i32.mul(batch, steps));
}
