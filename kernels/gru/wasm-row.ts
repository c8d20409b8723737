/** What the GRU does with one sample at one step. */
import { f32x4, type Func, type Local, type ModuleBuilder, type Value } from '../../src/wasm/index.ts';
import { sigmoid, tanh } from '../../src/wasm/math/index.ts';
import { forRowBlocks, threeRows } from '../recurrent/wasm-row.ts';

/** h' = z h + (1 - z) c. */
const nextState = (update: Local<'v128'>, hidden: Local<'v128'>, candidate: Local<'v128'>): Value<'v128'> =>
  f32x4.add(f32x4.mul(update, hidden), f32x4.mul(f32x4.sub(f32x4.splat(1), update), candidate));

type RowFunc = Func<readonly ['i32', 'i32', 'i32', 'i32', 'i32'], undefined>;

/** One sample at one step, `resetAfter`: z, r, c = tanh(a + r q), h' = z h + (1 - z) c. */
export function gruRow(module: ModuleBuilder): RowFunc {
  return module.once('gru row', (m) =>
    m.define(
      { name: 'gruRow', params: ['i32', 'i32', 'i32', 'i32', 'i32'] },
      (f, gates, inner, hidden, sequence, bytes) => {
        const gate = threeRows(f, gates, bytes);
        forRowBlocks(f, bytes, ({ load, store, map }) => {
          const reset = map((x) => sigmoid(f, x), load(gate[1]));
          store(gate[1], reset);
          const sum = map((a, r, q) => f32x4.add(a, f32x4.mul(r, q)), load(gate[2]), reset, load(inner));
          const candidate = map((x) => tanh(f, x), sum);
          store(gate[2], candidate);
          const update = map((x) => sigmoid(f, x), load(gate[0]));
          store(gate[0], update);
          const newHidden = map(nextState, update, load(hidden), candidate);
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
      forRowBlocks(f, bytes, ({ load, store, map }) => {
        const update = map((x) => sigmoid(f, x), load(gate[0]));
        store(gate[0], update);
        const reset = map((x) => sigmoid(f, x), load(gate[1]));
        store(gate[1], reset);
        store(inner, map(f32x4.mul, reset, load(state)));
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
        forRowBlocks(f, bytes, ({ load, store, map }) => {
          const candidate = map((x) => tanh(f, x), load(gate[2]));
          store(gate[2], candidate);
          const newHidden = map(nextState, load(gate[0]), load(hidden), candidate);
          store(sequence, newHidden);
          store(hidden, newHidden);
        });
      },
    ),
  );
}
