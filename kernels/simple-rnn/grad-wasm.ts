/**
 * The simple recurrence backward through time as WebAssembly: the gradients before activation step by step, last step
 * first, then the input's and the weights' gradients as products over all steps.
 */
import { f32x4, i32, v128, type Func, type Local, type ModuleBuilder } from '../../src/wasm/index.ts';
import type { WasmCall } from '../contract.ts';
import { namesOf, rowAt, Workspace, type Emission } from '../recurrent/wasm-call.ts';
import { addHiddenGradient, packPart } from '../recurrent/wasm-hidden.ts';
import { recoverHistory } from '../recurrent/wasm-history.ts';
import { writeInputGradient } from '../recurrent/wasm-input.ts';
import { packedBytes } from '../recurrent/wasm-product.ts';
import { copyOrClear, forRow, keepGradient } from '../recurrent/wasm-row.ts';
import { backwardBytes, sizesOf, type SizeName } from '../recurrent/wasm-sizes.ts';
import { gradientCall, weightNumbers, writeBiasGradient, writeSideGradient } from '../recurrent/wasm-split.ts';
import { forSamples, forStepsBack, ifMasked } from '../recurrent/wasm-steps.ts';
import type { SimpleRnnGradGeometry } from './geometry.ts';

type Given = Readonly<Record<'mask' | 'inputDropout' | 'recurrentDropout' | 'dSequence' | 'dLastHidden', boolean>>;
type Name =
  | SizeName
  | ('packed' | 'dStates' | 'previousHidden' | 'maskedHidden' | 'maskedInput' | 'productSpace')
  | ('firstColumn' | 'inputColumns' | 'hiddenColumns');

export function simpleRnnGradWasm(geometry: SimpleRnnGradGeometry, present: readonly boolean[]): WasmCall {
  const { batch, steps, features, units } = geometry;
  const given: Given = {
    mask: present[5] === true,
    inputDropout: present[6] === true,
    recurrentDropout: present[7] === true,
    dSequence: present[11] === true,
    dLastHidden: present[12] === true,
  };
  const rows = batch * steps;
  const workspace = new Workspace();
  const saved = { dStates: workspace.take(rows * units), previousHidden: workspace.take(rows * units) };
  const sharedBytes = workspace.bytes;
  const sides = [
    { name: 'hiddenColumns', columns: units, width: units },
    { name: 'inputColumns', columns: units, width: features },
  ] as const;
  const sequence = steps * units;
  return gradientCall<Name>({
    code: `simpleRnnGrad${namesOf(given)}`,
    numbers: {
      ...sizesOf(geometry, 1),
      packed: workspace.takeBytes(packedBytes(units, units)),
      ...saved,
      // One step's gradient, then the states of all steps.
      maskedHidden: workspace.take(given.recurrentDropout ? rows * units : 0),
      maskedInput: workspace.take(given.inputDropout ? rows * features : 0),
      productSpace: workspace.takeBytes(backwardBytes(geometry, 1)),
      ...weightNumbers(sides),
    },
    workspace,
    emitStates: (emission) => emitStates(emission, given),
    emitWeights: (emission) => emitWeights(emission, given),
    elements: {
      inputs: [steps * features, 0, 0, 0, units, steps, features, units, sequence, units, sequence, sequence, units],
      outputs: [steps * features, 0, 0, 0, units],
    },
    saved: { dStates: sequence, previousHidden: sequence },
    sharedBytes,
    sides,
    hasMasks: given.inputDropout || given.recurrentDropout,
  });
}

/** The gradients of the states and of x, and what the weights' gradients are made of. */
function emitStates({ f, module, params, numbers, place }: Emission<Name>, given: Given): void {
  const input = (index: number): Local<'i32'> => params.inputs[index] as Local<'i32'>;
  const output = (index: number): Local<'i32'> => params.outputs[index] as Local<'i32'>;
  const { batch, steps, units } = numbers;
  const dHidden = output(4);
  const dSequence = given.dSequence ? input(11) : undefined;
  const mask = given.mask ? input(5) : undefined;
  const recurrentDropout = given.recurrentDropout ? input(7) : undefined;
  const unitBytes = f.index(i32.shl(units, 2));
  const stepStride = f.index(i32.mul(steps, unitBytes));
  const dStates = place('dStates');
  const maskedHidden = place('maskedHidden');
  const common = { ...numbers, unitBytes, gateBytes: unitBytes, productSpace: place('productSpace') };
  copyOrClear(f, given.dLastHidden ? input(12) : undefined, dHidden, f.index(i32.mul(batch, unitBytes)));

  const recurrent = { ...common, recurrentKernel: input(2), dropout: recurrentDropout, maskedHidden };
  const whole = { group: 0, column: i32.const(0), width: units, packed: place('packed') };
  packPart(f, module, recurrent, whole, true);
  const row = simpleRnnGradRow(module, given.dSequence);
  forStepsBack(f, numbers, (moment) => {
    forSamples(f, numbers, moment, ({ sample, saved, output: outputRow }) => {
      const dStateRow = rowAt(f, dStates, saved, unitBytes);
      const dHiddenRow = rowAt(f, dHidden, sample, unitBytes);
      const dSequenceRow = dSequence && rowAt(f, dSequence, outputRow, unitBytes);
      ifMasked(
        f,
        mask,
        saved,
        () => {
          keepGradient(f, module, { ...common, dHiddenRow, dSequenceRow });
          f.fillMemory(dStateRow, 0, unitBytes);
        },
        () => {
          const stateRow = rowAt(f, input(10), saved, unitBytes);
          f.call(row, stateRow, dSequenceRow ?? 0, dHiddenRow, dStateRow, unitBytes);
        },
      );
    });
    // dh += (dz recurrentKernelᵀ) * recurrentDropout: a masked sample keeps its gradient, its dz is zero
    const dGates = i32.add(dStates, i32.mul(moment.time, unitBytes));
    addHiddenGradient(f, module, recurrent, whole, { dGates, dGateStride: stepStride, dHidden });
  });

  recoverHistory(f, module, {
    ...common,
    h0: input(4),
    mask,
    sequence: input(8),
    previousHidden: place('previousHidden'),
  });
  // z = (x * inputDropout) kernel + (h * recurrentDropout) recurrentKernel + bias: dx = (dz kernelᵀ) * inputDropout
  const dropout = given.inputDropout ? input(6) : undefined;
  const side = { ...common, x: input(0), kernel: input(1), dropout, maskedInput: place('maskedInput') };
  writeInputGradient(f, module, side, dStates, output(0));
}

/** dKernel = (x * inputDropout)ᵀ dz, the same for the state's, dBias = sum of dz over rows. */
function emitWeights({ f, module, params, numbers, place }: Emission<Name>, given: Given): void {
  const { batch, steps, units, firstColumn, inputColumns, hiddenColumns } = numbers;
  const [dKernel, dRecurrentKernel, dBias] = params.outputs.slice(1) as [Local<'i32'>, Local<'i32'>, Local<'i32'>];
  const unitBytes = f.index(i32.shl(units, 2));
  const operands = { batch, steps, productSpace: place('productSpace'), groups: numbers.inputGroups };
  const columns = { firstColumn, dGates: place('dStates'), dGateStride: unitBytes, outStride: unitBytes, groups: 1 };
  writeSideGradient(
    f,
    module,
    { ...columns, columns: inputColumns, out: dKernel },
    {
      ...operands,
      source: params.inputs[0] as Local<'i32'>,
      width: numbers.features,
      dropout: given.inputDropout ? params.inputs[6] : undefined,
      maskedSource: place('maskedInput'),
    },
  );
  const hidden = { ...columns, columns: hiddenColumns };
  writeSideGradient(
    f,
    module,
    { ...hidden, out: dRecurrentKernel },
    {
      ...operands,
      source: place('previousHidden'),
      width: units,
      dropout: given.recurrentDropout ? params.inputs[7] : undefined,
      maskedSource: place('maskedHidden'),
    },
  );
  writeBiasGradient(f, module, { ...hidden, out: dBias }, i32.mul(batch, steps));
}

/** One sample at one step: h' = tanh(z), tanh' = 1 - t t. */
function simpleRnnGradRow(
  module: ModuleBuilder,
  withSequence: boolean,
): Func<readonly ['i32', 'i32', 'i32', 'i32', 'i32'], undefined> {
  return module.once(`simpleRnnGrad row ${withSequence}`, (m) =>
    m.define(
      { name: 'simpleRnnGradRow', params: ['i32', 'i32', 'i32', 'i32', 'i32'] },
      (f, states, dSequence, dHidden, dStates, bytes) => {
        forRow(f, bytes, ({ load, store }) => {
          const carried = load(dHidden);
          const dh = withSequence ? f32x4.add(carried, load(dSequence)) : carried;
          const after = load(states);
          store(dStates, f32x4.mul(dh, f32x4.sub(f32x4.splat(1), f32x4.mul(after, after))));
          store(dHidden, v128.zero());
        });
      },
    ),
  );
}
