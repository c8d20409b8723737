/**
 * The simple recurrence as WebAssembly: one product for the inputs of all steps, then per step the product of the state
 * with weights packed once, and the states row by row. The last state doubles as the running state.
 */
import { i32, type Func, type Local, type ModuleBuilder } from '../../src/wasm/index.ts';
import { tanh } from '../../src/wasm/math/index.ts';
import type { WasmCall } from '../contract.ts';
import { namesOf, rowAt, splitSamples, Workspace, type Emission, type NamedCall } from '../recurrent/wasm-call.ts';
import { addHiddenProduct, packPart } from '../recurrent/wasm-hidden.ts';
import { projectInput } from '../recurrent/wasm-input.ts';
import { packedBytes } from '../recurrent/wasm-product.ts';
import { carryRow, forRowBlocks } from '../recurrent/wasm-row.ts';
import { forwardBytes, sizesOf, type SizeName } from '../recurrent/wasm-sizes.ts';
import { forSamples, forSteps, ifMasked } from '../recurrent/wasm-steps.ts';
import type { SimpleRnnGeometry } from './geometry.ts';

type Given = Readonly<Record<'bias' | 'mask' | 'inputDropout' | 'recurrentDropout', boolean>>;
type Name = SizeName | 'packed' | 'maskedHidden' | 'maskedInput' | 'productSpace';

export function simpleRnnWasm(geometry: SimpleRnnGeometry, present: readonly boolean[]): WasmCall {
  const { batch, steps, features, units } = geometry;
  const given: Given = {
    bias: present[3] === true,
    mask: present[5] === true,
    inputDropout: present[6] === true,
    recurrentDropout: present[7] === true,
  };
  const workspace = new Workspace();
  const named: NamedCall<Name> = {
    code: `simpleRnn${namesOf(given)}`,
    numbers: {
      ...sizesOf(geometry, 1),
      packed: workspace.takeBytes(packedBytes(units, units)),
      maskedHidden: workspace.take(given.recurrentDropout ? batch * units : 0),
      maskedInput: workspace.take(given.inputDropout ? batch * steps * features : 0),
      productSpace: workspace.takeBytes(forwardBytes(geometry, 1)),
    },
    workspace,
    emit: (emission) => emitSimpleRnn(emission, given),
  };
  return splitSamples(named, {
    inputs: [steps * features, 0, 0, 0, units, steps, features, units],
    outputs: [steps * units, units, steps * units],
  });
}

function emitSimpleRnn({ f, module, params, numbers, place }: Emission<Name>, given: Given): void {
  const input = (index: number): Local<'i32'> => params.inputs[index] as Local<'i32'>;
  const [sequence, hidden, states] = params.outputs as readonly [Local<'i32'>, Local<'i32'>, Local<'i32'>];
  const unitBytes = f.index(i32.shl(numbers.units, 2));
  const common = { ...numbers, unitBytes, gateBytes: unitBytes, productSpace: place('productSpace') };
  const inputDropout = given.inputDropout ? input(6) : undefined;
  const side = { ...common, x: input(0), kernel: input(1), dropout: inputDropout, maskedInput: place('maskedInput') };
  projectInput(f, module, side, given.bias ? input(3) : undefined, states);
  f.copyMemory(hidden, input(4), i32.mul(numbers.batch, unitBytes));

  const recurrent = {
    ...common,
    recurrentKernel: input(2),
    dropout: given.recurrentDropout ? input(7) : undefined,
    maskedHidden: place('maskedHidden'),
  };
  const whole = { group: 0, column: i32.const(0), width: numbers.units, packed: place('packed') };
  packPart(f, module, recurrent, whole, false);
  const stepStride = f.index(i32.mul(numbers.steps, unitBytes));
  const row = simpleRnnRow(module);
  forSteps(f, numbers, (moment) => {
    const out = f.index(i32.add(states, i32.mul(moment.time, unitBytes)));
    const addend = { at: out, stride: stepStride };
    addHiddenProduct(f, module, recurrent, whole, { hidden, out, outStride: stepStride, addend });
    forSamples(f, numbers, moment, ({ sample, saved, output }) => {
      const stateRow = rowAt(f, states, saved, unitBytes);
      const hiddenRow = rowAt(f, hidden, sample, unitBytes);
      const outputRow = rowAt(f, sequence, output, unitBytes);
      ifMasked(
        f,
        given.mask ? input(5) : undefined,
        saved,
        () => {
          carryRow(f, module, { ...common, from: hiddenRow, to: outputRow });
          f.fillMemory(stateRow, 0, unitBytes);
        },
        () => f.call(row, stateRow, hiddenRow, outputRow, unitBytes),
      );
    });
  });
}

/** One sample at one step. */
function simpleRnnRow(module: ModuleBuilder): Func<readonly ['i32', 'i32', 'i32', 'i32'], undefined> {
  return module.once('simpleRnn row', (m) =>
    m.define({ name: 'simpleRnnRow', params: ['i32', 'i32', 'i32', 'i32'] }, (f, states, hidden, sequence, bytes) => {
      forRowBlocks(f, bytes, ({ load, store, map }) => {
        const newHidden = map((x) => tanh(f, x), load(states));
        store(states, newHidden);
        store(hidden, newHidden);
        store(sequence, newHidden);
      });
    }),
  );
}
