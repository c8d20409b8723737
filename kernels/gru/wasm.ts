/**
 * GRU forward as WebAssembly: one product for the inputs of all steps, then per step the products of the state with
 * weights packed once, and the gates row by row. The last state doubles as the running state.
 */
import { i32, type FunctionBuilder, type Local, type ModuleBuilder } from '../../src/wasm/index.ts';
import type { WasmCall } from '../contract.ts';
import {
  namesOf,
  rowAt,
  splitSamples,
  Workspace,
  type Emission,
  type NamedCall,
  type SampleElements,
} from '../recurrent/wasm-call.ts';
import { addHiddenProduct, forParts, maskHidden, packPart } from '../recurrent/wasm-hidden.ts';
import { projectInput } from '../recurrent/wasm-input.ts';
import { multiplyPacked } from '../recurrent/wasm-product.ts';
import { addRow, carryRow, copyRow } from '../recurrent/wasm-row.ts';
import { forwardBytes, sizesOf } from '../recurrent/wasm-sizes.ts';
import { forSamples, forSteps, ifMasked, type Sample, type Step } from '../recurrent/wasm-steps.ts';
import type { GruGeometry } from './geometry.ts';
import { gruParts, partNumbers, type PartName } from './wasm-parts.ts';
import { candidateRow, gruRow, resetRow } from './wasm-row.ts';

type Given = Readonly<Record<'resetAfter' | 'bias' | 'mask' | 'inputDropout' | 'recurrentDropout', boolean>>;
type Name = PartName | 'startingGates' | 'maskedHidden' | 'maskedInput' | 'productSpace';

export function gruWasm(geometry: GruGeometry, present: readonly boolean[]): WasmCall {
  const { batch, steps, features, units, resetAfter, hiddenLayout } = geometry;
  const given: Given = {
    resetAfter,
    bias: present[3] === true,
    mask: present[5] === true,
    inputDropout: present[6] === true,
    recurrentDropout: present[7] === true,
  };
  const workspace = new Workspace();
  const named: NamedCall<Name> = {
    code: `gru${namesOf(given)}`,
    numbers: {
      ...sizesOf(geometry, 3),
      ...partNumbers(workspace, units, hiddenLayout.groups, false),
      startingGates: workspace.take(3 * units),
      maskedHidden: workspace.take(given.recurrentDropout ? batch * units : 0),
      maskedInput: workspace.take(given.inputDropout ? batch * steps * features : 0),
      productSpace: workspace.takeBytes(forwardBytes(geometry, 3)),
    },
    workspace,
    emit: (emission) => emitGru(emission, given),
  };
  return splitSamples(named, gruElements(geometry));
}

/** Elements of each operand of a sample. */
function gruElements({ steps, features, units, inputLayout, hiddenLayout }: GruGeometry): SampleElements {
  const masks = [steps, inputLayout.groups * features, hiddenLayout.groups * units];
  return {
    inputs: [steps * features, 0, 0, 0, units, ...masks],
    outputs: [steps * units, units, 3 * steps * units, steps * units],
  };
}

function emitGru({ f, module, params, numbers, place }: Emission<Name>, given: Given): void {
  const input = (index: number): Local<'i32'> => params.inputs[index] as Local<'i32'>;
  const [sequence, hidden, gates, inner] = params.outputs as readonly [
    Local<'i32'>,
    Local<'i32'>,
    Local<'i32'>,
    Local<'i32'>,
  ];
  const { batch, steps, units, hiddenGroups } = numbers;
  const unitBytes = f.index(i32.shl(units, 2));
  const gateBytes = f.index(i32.mul(units, 12));
  const common = { ...numbers, unitBytes, gateBytes, productSpace: place('productSpace') };
  const inputDropout = given.inputDropout ? input(6) : undefined;
  const side = { ...common, x: input(0), kernel: input(1), dropout: inputDropout, maskedInput: place('maskedInput') };
  const bias = given.bias ? input(3) : undefined;
  const startingGates = place('startingGates');
  if (bias && given.resetAfter) startGates(f, module, bias, { ...common, startingGates });
  projectInput(f, module, side, bias && given.resetAfter ? startingGates : bias, gates);
  f.copyMemory(hidden, input(4), i32.mul(batch, unitBytes));

  const mask = given.mask ? input(5) : undefined;
  const dropout = given.recurrentDropout ? input(7) : undefined;
  const recurrent = { ...common, recurrentKernel: input(2), dropout, maskedHidden: place('maskedHidden') };
  const { parts, candidate } = gruParts(numbers, place, unitBytes);
  forParts(f, parts, (part) => packPart(f, module, recurrent, part, false));
  packPart(f, module, recurrent, candidate, false);
  const gateStride = f.index(i32.mul(steps, gateBytes));
  const innerStride = f.index(i32.mul(steps, unitBytes));
  const state = dropout === undefined ? hidden : recurrent.maskedHidden;
  const innerBias = bias && { at: i32.add(bias, i32.mul(unitBytes, 5)), stride: 0 };

  const rowsOf = ({ sample, saved, output }: Sample): GruRows => ({
    gateRow: rowAt(f, gates, saved, gateBytes),
    innerRow: rowAt(f, inner, saved, unitBytes),
    stateRow: rowAt(f, state, sample, unitBytes),
    hiddenRow: rowAt(f, hidden, sample, unitBytes),
    outputRow: rowAt(f, sequence, output, unitBytes),
  });
  const finish = (moment: Step): void =>
    forSamples(f, numbers, moment, (sample) => {
      const { gateRow, innerRow, hiddenRow, outputRow } = rowsOf(sample);
      ifMasked(
        f,
        mask,
        sample.saved,
        () => {
          carryRow(f, module, { ...common, from: hiddenRow, to: outputRow });
          f.fillMemory(gateRow, 0, gateBytes);
          f.fillMemory(innerRow, 0, unitBytes);
        },
        () => {
          const row = given.resetAfter ? gruRow(module) : candidateRow(module);
          f.call(row, gateRow, innerRow, hiddenRow, outputRow, unitBytes);
        },
      );
    });

  forSteps(f, numbers, (moment) => {
    const gateRows = f.index(i32.add(gates, i32.mul(moment.time, gateBytes)));
    const innerRows = f.index(i32.add(inner, i32.mul(moment.time, unitBytes)));
    forParts(f, parts, (part) => {
      const out = i32.add(gateRows, part.column);
      const addend = { at: out, stride: gateStride };
      addHiddenProduct(f, module, recurrent, part, { hidden, out, outStride: gateStride, addend });
    });
    if (given.resetAfter) {
      const step = { hidden, out: innerRows, outStride: innerStride, addend: innerBias };
      addHiddenProduct(f, module, recurrent, candidate, step);
      finish(moment);
      return;
    }
    // With one mask for all gates, `maskedHidden` holds it already.
    f.if(i32.gtSigned(hiddenGroups, 1), () => {
      maskHidden(f, module, recurrent, candidate.group, {
        target: recurrent.maskedHidden,
        source: hidden,
        accumulate: false,
      });
    });
    forSamples(f, numbers, moment, (sample) => {
      const { gateRow, innerRow, stateRow } = rowsOf(sample);
      f.call(resetRow(module), gateRow, innerRow, stateRow, unitBytes);
    });
    const out = i32.add(gateRows, candidate.column);
    multiplyPacked(f, module, {
      left: innerRows,
      leftStride: innerStride,
      packed: candidate.packed,
      out,
      outStride: gateStride,
      rows: batch,
      columns: units,
      depth: units,
      addend: { at: out, stride: gateStride },
      workspace: common.productSpace,
    });
    finish(moment);
  });
}

interface GruRows {
  readonly gateRow: Local<'i32'>;
  readonly innerRow: Local<'i32'>;
  /** What the products took: the state, or the state times its dropout. */
  readonly stateRow: Local<'i32'>;
  readonly hiddenRow: Local<'i32'>;
  readonly outputRow: Local<'i32'>;
}

/** With `resetAfter`, z and r start from both biases, the candidate from the input's. */
function startGates(
  f: FunctionBuilder,
  module: ModuleBuilder,
  bias: Local<'i32'>,
  rows: {
    readonly startingGates: Local<'i32'>;
    readonly unitBytes: Local<'i32'>;
    readonly gateBytes: Local<'i32'>;
  },
): void {
  const { startingGates, unitBytes, gateBytes } = rows;
  f.call(copyRow(module), startingGates, bias, gateBytes);
  f.call(addRow(module), startingGates, i32.add(bias, gateBytes), i32.shl(unitBytes, 1));
}
