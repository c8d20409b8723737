/** What the GRU does with one sample at one step. */
import { f32x4, type Func, type ModuleBuilder } from '../../src/wasm/index.ts';
import { sigmoid, tanh } from '../../src/wasm/math/index.ts';
import { forRow, threeRows } from '../recurrent/wasm-row.ts';

type RowFunc = Func<readonly ['i32', 'i32', 'i32', 'i32', 'i32'], undefined>;

/** One sample at one step, `resetAfter`: z, r, c = tanh(a + r q), h' = z h + (1 - z) c. */
export function gruRow(module: ModuleBuilder): RowFunc {
  return module.once('gru row', (m) =>
    m.define(
      { name: 'gruRow', params: ['i32', 'i32', 'i32', 'i32', 'i32'] },
      (f, gates, inner, hidden, sequence, bytes) => {
        const gate = threeRows(f, gates, bytes);
        forRow(f, bytes, ({ load, store }) => {
          const reset = f.local('v128', sigmoid(f, load(gate[1])));
          store(gate[1], reset);
          const sum = f.local('v128', f32x4.add(load(gate[2]), f32x4.mul(reset, load(inner))));
          const candidate = f.local('v128', tanh(f, sum));
          store(gate[2], candidate);
          const update = f.local('v128', sigmoid(f, load(gate[0])));
          store(gate[0], update);
          const kept = f32x4.mul(update, load(hidden));
          const taken = f32x4.mul(f32x4.sub(f32x4.splat(1), update), candidate);
          const newHidden = f.local('v128', f32x4.add(kept, taken));
          store(sequence, newHidden);
          store(hidden, newHidden);
        });
      },
    ),
  );
}

/** Without `resetAfter`, before the candidate's product: z, r and r h * dropout, what that product takes. */
export function resetRow(module: ModuleBuilder): Func<readonly ['i32', 'i32', 'i32', 'i32'], undefined> {
  return module.once('gru reset row', (m) =>
    m.define({ name: 'resetRow', params: ['i32', 'i32', 'i32', 'i32'] }, (f, gates, inner, state, bytes) => {
      const gate = threeRows(f, gates, bytes);
      forRow(f, bytes, ({ load, store }) => {
        store(gate[0], sigmoid(f, load(gate[0])));
        const reset = f.local('v128', sigmoid(f, load(gate[1])));
        store(gate[1], reset);
        store(inner, f32x4.mul(reset, load(state)));
      });
    }),
  );
}

/** And after it: c = tanh(a), h' = z h + (1 - z) c. */
export function candidateRow(module: ModuleBuilder): RowFunc {
  return module.once('gru candidate row', (m) =>
    m.define(
      { name: 'candidateRow', params: ['i32', 'i32', 'i32', 'i32', 'i32'] },
      (f, gates, _inner, hidden, sequence, bytes) => {
        const gate = threeRows(f, gates, bytes);
        forRow(f, bytes, ({ load, store }) => {
          const candidate = f.local('v128', tanh(f, load(gate[2])));
          store(gate[2], candidate);
          const update = load(gate[0]);
          const kept = f32x4.mul(update, load(hidden));
          const taken = f32x4.mul(f32x4.sub(f32x4.splat(1), update), candidate);
          const newHidden = f.local('v128', f32x4.add(kept, taken));
          store(sequence, newHidden);
          store(hidden, newHidden);
        });
      },
    ),
  );
}
