/** What the GRU's backward pass does with one sample at one step. sigmoid' = s (1 - s), tanh' = 1 - t t. */
import { f32x4, type Func, type Local, type ModuleBuilder, type Value } from '../../src/wasm/index.ts';
import { forRow, threeRows } from '../recurrent/wasm-row.ts';

const one = /* @__PURE__ */ f32x4.splat(1);
const slope = (s: Local<'v128'>): Value<'v128'> => f32x4.mul(s, f32x4.sub(one, s));

type GradRow = Func<readonly ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'], undefined>;

/**
 * `(gates, inner, previousHidden, dSequence, dHidden, dGates, dInner, bytes)`: h' = z h + (1 - z) c, so dz = dh (h - c),
 * dc = dh (1 - z), dhPrevious = z dh; with `resetAfter` also c = tanh(a + r q), so dr = dc' q and dq = dc' r.
 */
export function gruGradRow(module: ModuleBuilder, resetAfter: boolean, withSequence: boolean): GradRow {
  return module.once(`gruGrad row ${resetAfter} ${withSequence}`, (m) =>
    m.define(
      { name: 'gruGradRow', params: ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'] },
      (f, gates, inner, previousHidden, dSequence, dHidden, dGates, dInner, bytes) => {
        const gate = threeRows(f, gates, bytes);
        const dGate = threeRows(f, dGates, bytes);
        forRow(f, bytes, ({ load, store }) => {
          const carried = load(dHidden);
          const dh = withSequence ? f.local('v128', f32x4.add(carried, load(dSequence))) : carried;
          const update = load(gate[0]);
          const candidate = load(gate[2]);
          const taken = f32x4.mul(dh, f32x4.sub(one, update));
          const dCandidate = f.local('v128', f32x4.mul(taken, f32x4.sub(one, f32x4.mul(candidate, candidate))));
          store(dGate[2], dCandidate);
          store(dGate[0], f32x4.mul(f32x4.mul(dh, f32x4.sub(load(previousHidden), candidate)), slope(update)));
          store(dHidden, f32x4.mul(dh, update));
          if (!resetAfter) return;
          const reset = load(gate[1]);
          store(dGate[1], f32x4.mul(f32x4.mul(dCandidate, load(inner)), slope(reset)));
          store(dInner, f32x4.mul(dCandidate, reset));
        });
      },
    ),
  );
}

type ResetRow = Func<readonly ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'], undefined>;

/** `(reset, previousHidden, dropout, dLeft, dReset, dHidden, bytes)`, without `resetAfter`. */
export function resetGradRow(module: ModuleBuilder, withDropout: boolean): ResetRow {
  return module.once(`gruGrad reset row ${withDropout}`, (m) =>
    m.define(
      { name: 'resetGradRow', params: ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'] },
      (f, resets, previousHidden, dropout, dLefts, dReset, dHidden, bytes) => {
        forRow(f, bytes, ({ load, store }) => {
          const masked = load(dLefts);
          const dLeft = withDropout ? f.local('v128', f32x4.mul(masked, load(dropout))) : masked;
          const reset = load(resets);
          store(dReset, f32x4.mul(f32x4.mul(dLeft, load(previousHidden)), slope(reset)));
          store(dHidden, f32x4.add(load(dHidden), f32x4.mul(dLeft, reset)));
        });
      },
    ),
  );
}
