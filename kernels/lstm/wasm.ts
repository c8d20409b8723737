/**
 * LSTM forward as WebAssembly: one product for the inputs of all steps, then per step the product of the state with
 * weights packed once, and the gates row by row. The last states double as the running states.
 */
import { f32x4, i32, type Func, type Local, type ModuleBuilder } from '../../src/wasm/index.ts';
import { sigmoid, tanh } from '../../src/wasm/math/index.ts';
import type { WasmCall } from '../contract.ts';
import { namesOf, rowAt, splitSamples, Workspace, type Emission, type SampleElements } from '../recurrent/wasm-call.ts';
import { addHiddenProduct, forParts, packPart } from '../recurrent/wasm-hidden.ts';
import { projectInput } from '../recurrent/wasm-input.ts';
import { carryRow, copyRow, forRowBlocks, fourRows, type Vectors } from '../recurrent/wasm-row.ts';
import { forwardBytes, sizesOf } from '../recurrent/wasm-sizes.ts';
import { forSamples, forSteps, ifMasked } from '../recurrent/wasm-steps.ts';
import type { LstmGeometry } from './geometry.ts';
import { lstmParts, partNumbers, type PartName } from './wasm-parts.ts';

export function lstmWasm(geometry: LstmGeometry, present: readonly boolean[]): WasmCall {
  const { batch, steps, features, units, hiddenLayout } = geometry;
  const bias = present[3] === true;
  const mask = present[6] === true;
  const inputDropout = present[7] === true;
  const recurrentDropout = present[8] === true;
  const workspace = new Workspace();
  const named = {
    code: `lstm${namesOf({ bias, mask, inputDropout, recurrentDropout })}`,
    numbers: {
      ...sizesOf(geometry, 4),
      ...partNumbers(workspace, units, hiddenLayout.groups, false),
      maskedHidden: workspace.take(recurrentDropout ? batch * units : 0),
      maskedInput: workspace.take(inputDropout ? batch * steps * features : 0),
      productSpace: workspace.takeBytes(forwardBytes(geometry, 4)),
    },
    workspace,
    emit: (emission: Emission<Name>) => emitLstm(emission, { bias, mask, inputDropout, recurrentDropout }),
  };
  return splitSamples(named, lstmElements(geometry));
}

/** Elements of each operand of a sample. */
function lstmElements({ steps, features, units, inputLayout, hiddenLayout }: LstmGeometry): SampleElements {
  const masks = [steps, inputLayout.groups * features, hiddenLayout.groups * units];
  return {
    inputs: [steps * features, 0, 0, 0, units, units, ...masks],
    outputs: [steps * units, units, units, 4 * steps * units, steps * units],
  };
}

type Given = Readonly<Record<'bias' | 'mask' | 'inputDropout' | 'recurrentDropout', boolean>>;

type Name = PartName | 'maskedHidden' | 'maskedInput' | 'productSpace';

function emitLstm({ f, module, params, numbers, place }: Emission<Name>, given: Given): void {
  const input = (index: number): Local<'i32'> => params.inputs[index] as Local<'i32'>;
  const [sequence, hidden, cell, gates, cells] = params.outputs as readonly [
    Local<'i32'>,
    Local<'i32'>,
    Local<'i32'>,
    Local<'i32'>,
    Local<'i32'>,
  ];
  const { batch, steps, units } = numbers;
  const unitBytes = f.index(i32.shl(units, 2));
  const gateBytes = f.index(i32.shl(units, 4));
  const stepStride = f.index(i32.mul(steps, gateBytes));
  const maskedInput = place('maskedInput');
  const common = { ...numbers, unitBytes, gateBytes, productSpace: place('productSpace') };
  const inputDropout = given.inputDropout ? input(7) : undefined;
  const side = { ...common, x: input(0), kernel: input(1), dropout: inputDropout, maskedInput };
  projectInput(f, module, side, given.bias ? input(3) : undefined, gates);
  const stateBytes = f.index(i32.mul(batch, unitBytes));
  f.copyMemory(hidden, input(4), stateBytes);
  f.copyMemory(cell, input(5), stateBytes);

  const dropout = given.recurrentDropout ? input(8) : undefined;
  const recurrent = { ...common, recurrentKernel: input(2), dropout, maskedHidden: place('maskedHidden') };
  const parts = lstmParts(numbers, place);
  forParts(f, parts, (part) => packPart(f, module, recurrent, part, false));

  const row = lstmRow(module);
  forSteps(f, numbers, (moment) => {
    const out = f.index(i32.add(gates, i32.mul(moment.time, gateBytes)));
    forParts(f, parts, (part) => {
      const at = i32.add(out, part.column);
      addHiddenProduct(f, module, recurrent, part, {
        hidden,
        out: at,
        outStride: stepStride,
        addend: { at, stride: stepStride },
      });
    });
    forSamples(f, numbers, moment, ({ sample, saved, output }) => {
      const gate = rowAt(f, gates, saved, gateBytes);
      const hiddenRow = rowAt(f, hidden, sample, unitBytes);
      const cellRow = rowAt(f, cell, sample, unitBytes);
      const outputRow = rowAt(f, sequence, output, unitBytes);
      const cellsRow = rowAt(f, cells, saved, unitBytes);
      ifMasked(
        f,
        given.mask ? input(6) : undefined,
        saved,
        () => {
          carryRow(f, module, { ...common, from: hiddenRow, to: outputRow });
          f.call(copyRow(module), cellsRow, cellRow, unitBytes);
          f.fillMemory(gate, 0, gateBytes);
        },
        () => f.call(row, gate, cellRow, hiddenRow, outputRow, cellsRow, unitBytes),
      );
    });
  });
}

type RowParams = readonly ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'];

/** One sample at one step: c = f c + i g, h = o tanh(c). */
function lstmRow(module: ModuleBuilder): Func<RowParams, undefined> {
  return module.once('lstm row', (m) =>
    m.define(
      { name: 'lstmRow', params: ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'] },
      (f, gates, cell, hidden, sequence, cells, bytes) => {
        const gate = fourRows(f, gates, bytes);
        forRowBlocks(f, bytes, ({ load, store, map }) => {
          const activate = (index: 0 | 1 | 2 | 3, activation: typeof sigmoid): Vectors => {
            const activated = map((x) => activation(f, x), load(gate[index]));
            store(gate[index], activated);
            return activated;
          };
          const written = map(f32x4.mul, activate(0, sigmoid), activate(2, tanh));
          const kept = map(f32x4.mul, activate(1, sigmoid), load(cell));
          const newCell = map(f32x4.add, kept, written);
          store(cell, newCell);
          store(cells, newCell);
          const newHidden = map((o, c) => f32x4.mul(o, tanh(f, c)), activate(3, sigmoid), newCell);
          store(hidden, newHidden);
          store(sequence, newHidden);
        });
      },
    ),
  );
}
