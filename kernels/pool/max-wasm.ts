/** Maximum pooling as WebAssembly, with the places of the maxima: the same values and places as on the host. */
import { f32x4, i32, i32x4, v128, type Local, type ModuleBuilder } from '../../src/wasm/index.ts';
import type { WasmCall } from '../contract.ts';
import { outputRuns } from '../window-runs.ts';
import { axisKey, ELEMENT, forVectors, loadLanes, storeLanes } from '../window-wasm.ts';
import type { PoolSizes } from './average-wasm.ts';
import {
  forTaps,
  type PoolPass,
  stepsOf,
  STRIP_PARAMS,
  type StripFunc,
  unrolledTaps,
  walkImage,
} from './strips-wasm.ts';

export function maxPoolCall({ batch, rows, columns, channels }: PoolSizes): WasmCall {
  const pass: PoolPass = {
    rows: outputRuns(rows),
    columns: outputRuns(columns),
    sourceWidth: columns.size,
    targetWidth: columns.outputSize,
    channels,
  };
  return {
    code: `maxPool ${axisKey(rows)} x ${axisKey(columns)} c${channels}`,
    args: [batch],
    emit: (f, { inputs, outputs, args }, module) => {
      const [x] = inputs as readonly [Local<'i32'>];
      const [y, indices] = outputs as readonly [Local<'i32'>, Local<'i32'>];
      if (channels === 0) return;
      const toIndices = f.index(i32.sub(indices, y));
      f.for(f.local('i32'), 0, args[0]!, 1, () => {
        walkImage(f, module, 'maxPoolLine', pass, (taps) => defineMaxima(module, pass, taps), x, y, toIndices);
        f.increment(x, rows.size * columns.size * channels * ELEMENT);
        f.increment(y, rows.outputSize * columns.outputSize * channels * ELEMENT);
      });
    },
  };
}

/** A strip of maxima and their places. */
function defineMaxima(module: ModuleBuilder, pass: PoolPass, taps: number): StripFunc {
  const { channels, rows, columns, sourceWidth } = pass;
  const unrolled = unrolledTaps(taps);
  const steps = stepsOf(pass);
  return module.once(`maxima ${[unrolled ?? 'many', channels, Object.values(steps)].join()}`, () =>
    module.define(
      { name: 'maxima', params: STRIP_PARAMS },
      (f, source, target, positions, rowTaps, tapCount, index, toIndices) => {
        const [best, bestPlace, value, place, worse, tapStep, rowStep] = f.locals('v128', 7) as Seven;
        const [sourceAt, row, targetAt] = f.locals('i32', 3) as [Local<'i32'>, Local<'i32'>, Local<'i32'>];
        f.set(tapStep, i32x4.splat(columns.sourceTapStep * channels));
        f.set(
          rowStep,
          i32x4.splat(
            i32.sub(rows.sourceTapStep * sourceWidth * channels, i32.mul(tapCount, columns.sourceTapStep * channels)),
          ),
        );
        f.for(f.local('i32'), 0, positions, 1, () => {
          forVectors(f, channels, (at, lanes) => {
            f.set(sourceAt, i32.add(source, at));
            f.set(best, loadLanes(sourceAt, lanes));
            f.set(place, i32x4.add(i32x4.splat(i32.add(index, i32.shrUnsigned(at, 2))), i32x4.const([0, 1, 2, 3])));
            f.set(bestPlace, place);
            f.for(row, 0, rowTaps, 1, () => {
              forTaps(f, unrolled, tapCount, sourceAt, steps.tap, (address, offset) => {
                f.set(value, loadLanes(address, lanes, offset));
                // Written so that a NaN replaces any number and nothing replaces a NaN; the first tap meets itself.
                f.set(worse, v128.andnot(f32x4.eq(best, best), f32x4.le(value, best)));
                f.set(best, v128.bitselect(value, best, worse));
                f.set(bestPlace, v128.bitselect(place, bestPlace, worse));
                f.set(place, i32x4.add(place, tapStep));
              });
              f.set(place, i32x4.add(place, rowStep));
              f.increment(sourceAt, steps.rowTap);
            });
            f.set(targetAt, i32.add(target, at));
            storeLanes(f, targetAt, best, lanes);
            f.set(bestPlace, f32x4.convertI32x4Signed(bestPlace));
            storeLanes(f, i32.add(targetAt, toIndices), bestPlace, lanes);
          });
          f.increment(source, steps.position);
          f.increment(target, steps.target);
          f.increment(index, columns.sourceStep * channels);
        });
      },
    ),
  );
}

type Vector = Local<'v128'>;
type Seven = [Vector, Vector, Vector, Vector, Vector, Vector, Vector];
