/**
 * LSTM backward through time as WebAssembly: the gates' gradients step by step, last step first, then the input's and
 * the weights' gradients as products over all steps. A masked step hands the gradients of its states (and of its output,
 * when that was the carried hidden state) to the step before.
 */
import { f32x4, i32, v128, type Func, type Local, type ModuleBuilder, type Value } from '../../src/wasm/index.ts';
import { tanh } from '../../src/wasm/math/index.ts';
import type { WasmCall } from '../contract.ts';
import { namedCall, namesOf, rowAt, Workspace, type Emission } from '../recurrent/wasm-call.ts';
import { addHiddenGradient, forParts, packPart } from '../recurrent/wasm-hidden.ts';
import { recoverHistory } from '../recurrent/wasm-history.ts';
import { writeInputGradient, writeKernelGradient } from '../recurrent/wasm-input.ts';
import { packedBytes } from '../recurrent/wasm-product.ts';
import { copyOrClear, forRow, fourRows, keepGradient } from '../recurrent/wasm-row.ts';
import { backwardBytes, sizesOf, type SizeName } from '../recurrent/wasm-sizes.ts';
import { forSamples, forStepsBack, ifMasked } from '../recurrent/wasm-steps.ts';
import { sumRows } from '../recurrent/wasm-sums.ts';
import type { LstmGradGeometry } from './geometry.ts';

export function lstmGradWasm(geometry: LstmGradGeometry, present: readonly boolean[]): WasmCall {
  const { batch, steps, features, units, hiddenLayout } = geometry;
  const given: Given = {
    mask: present[6] === true,
    inputDropout: present[7] === true,
    recurrentDropout: present[8] === true,
    dSequence: present[14] === true,
    dLastHidden: present[15] === true,
    dLastCell: present[16] === true,
  };
  const rows = batch * steps;
  const hiddenGroupWidth = (4 * units) / hiddenLayout.groups;
  const packedStride = packedBytes(hiddenGroupWidth, units);
  const workspace = new Workspace();
  return namedCall({
    code: `lstmGrad${namesOf({ ...given })}`,
    numbers: {
      ...sizesOf(geometry, 4),
      hiddenGroupWidth,
      packedStride,
      packed: workspace.takeBytes(hiddenLayout.groups * packedStride),
      dGates: workspace.take(4 * rows * units),
      previousHidden: workspace.take(rows * units),
      maskedHidden: workspace.take(given.recurrentDropout ? rows * units : 0),
      maskedInput: workspace.take(given.inputDropout ? rows * features : 0),
      productSpace: workspace.takeBytes(backwardBytes(geometry, 4)),
    },
    workspace,
    emit: (emission) => emitLstmGrad(emission, given),
  });
}

type Given = Readonly<
  Record<'mask' | 'inputDropout' | 'recurrentDropout' | 'dSequence' | 'dLastHidden' | 'dLastCell', boolean>
>;

type Name =
  | SizeName
  | 'hiddenGroupWidth'
  | 'packedStride'
  | 'packed'
  | 'dGates'
  | 'previousHidden'
  | 'maskedHidden'
  | 'maskedInput'
  | 'productSpace';

function emitLstmGrad({ f, module, params, numbers, place }: Emission<Name>, given: Given): void {
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
  const productSpace = place('productSpace');
  const stateBytes = f.index(i32.mul(batch, unitBytes));
  copyOrClear(f, given.dLastHidden ? input(15) : undefined, dHidden, stateBytes);
  copyOrClear(f, given.dLastCell ? input(16) : undefined, dCell, stateBytes);

  const recurrent = {
    ...numbers,
    recurrentKernel: input(2),
    dropout: recurrentDropout,
    maskedHidden,
    unitBytes,
    gateBytes,
    productSpace,
  };
  const parts = {
    count: numbers.hiddenGroups,
    width: numbers.hiddenGroupWidth,
    packed: place('packed'),
    packedStride: numbers.packedStride,
  };
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
          keepGradient(f, module, { ...numbers, unitBytes, dHiddenRow, dSequenceRow });
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

  // z = (x * inputDropout) kernel + (h * recurrentDropout) recurrentKernel + bias
  // dx = (dz kernelᵀ) * inputDropout, dKernel = (x * inputDropout)ᵀ dz, dBias = sum of dz over rows
  const inputDropout = given.inputDropout ? input(7) : undefined;
  const side = { ...numbers, dropout: inputDropout, maskedInput: place('maskedInput'), productSpace, gateBytes };
  writeInputGradient(f, module, { ...side, x: input(0), kernel: input(1) }, dGates, output(0));
  writeKernelGradient(
    f,
    module,
    { ...side, source: input(0), width: numbers.features, maskedSource: side.maskedInput, groups: numbers.inputGroups },
    { groupWidth: numbers.inputGroupWidth, gateBytes, dGates, out: output(1) },
  );
  recoverHistory(f, module, { ...numbers, h0: input(4), mask, sequence: input(9), previousHidden, unitBytes });
  writeKernelGradient(
    f,
    module,
    {
      ...side,
      source: previousHidden,
      width: units,
      dropout: recurrentDropout,
      maskedSource: maskedHidden,
      groups: numbers.hiddenGroups,
    },
    { groupWidth: numbers.hiddenGroupWidth, gateBytes, dGates, out: output(2) },
  );
  sumRows(f, module, {
    source: dGates,
    stride: gateBytes,
    rows: i32.mul(batch, steps),
    bytes: gateBytes,
    out: output(3),
  });
}

type RowParams = readonly ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'];

/** One sample at one step: c = f cPrevious + i g, h = o tanh(c); sigmoid' = s (1 - s), tanh' = 1 - t t. */
function lstmGradRow(module: ModuleBuilder, withSequence: boolean): Func<RowParams, undefined> {
  const one = f32x4.splat(1);
  return module.once(`lstmGrad row ${withSequence}`, (m) =>
    m.define(
      { name: 'lstmGradRow', params: ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'] },
      (f, gates, cells, previousCells, dSequence, dHidden, dCell, dGates, bytes) => {
        const gate = fourRows(f, gates, bytes);
        const dGate = fourRows(f, dGates, bytes);
        const slope = (s: Local<'v128'>): Value<'v128'> => f32x4.mul(s, f32x4.sub(one, s));
        forRow(f, bytes, ({ load, store }) => {
          const squashed = f.local('v128', tanh(f, load(cells)));
          const carried = load(dHidden);
          const dh = withSequence ? f.local('v128', f32x4.add(carried, load(dSequence))) : carried;
          store(dHidden, v128.zero());
          const outputGate = load(gate[3]);
          store(dGate[3], f32x4.mul(f32x4.mul(dh, squashed), slope(outputGate)));
          const throughHidden = f32x4.mul(f32x4.mul(dh, outputGate), f32x4.sub(one, f32x4.mul(squashed, squashed)));
          const dc = f.local('v128', f32x4.add(load(dCell), throughHidden));
          const forgetGate = load(gate[1]);
          store(dCell, f32x4.mul(dc, forgetGate));
          store(dGate[1], f32x4.mul(f32x4.mul(dc, load(previousCells)), slope(forgetGate)));
          const inputGate = load(gate[0]);
          const candidate = load(gate[2]);
          store(dGate[0], f32x4.mul(f32x4.mul(dc, candidate), slope(inputGate)));
          store(dGate[2], f32x4.mul(f32x4.mul(dc, inputGate), f32x4.sub(one, f32x4.mul(candidate, candidate))));
        });
      },
    ),
  );
}
