/** What the LSTM's backward pass does with one sample at one step. */
import { f32x4, v128, type Func, type Local, type ModuleBuilder, type Value } from '../../src/wasm/index.ts';
import { tanh } from '../../src/wasm/math/index.ts';
import { forRow, fourRows } from '../recurrent/wasm-row.ts';

type RowParams = readonly ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'];

/**
 * `(gates, cells, previousCells, dSequence, dHidden, dCell, dGates, bytes)`: c = f cPrevious + i g, h = o tanh(c);
 * sigmoid' = s (1 - s), tanh' = 1 - t t.
 */
export function lstmGradRow(module: ModuleBuilder, withSequence: boolean): Func<RowParams, undefined> {
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
