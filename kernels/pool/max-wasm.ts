/** Maximum pooling as WebAssembly, with the places of the maxima: the same values and places as on the host. */
import {
  f32x4,
  i32,
  i32x4,
  v128,
  type FunctionBuilder,
  type Func,
  type Local,
  type ModuleBuilder,
} from '../../src/wasm/index.ts';
import type { WasmCall } from '../contract.ts';
import { ELEMENT, forVectors, loadLanes, storeLanes } from '../window-wasm.ts';
import type { PoolSizes } from './cpu.ts';
import {
  poolCall,
  type PoolPass,
  stepsOf,
  STRIP_PARAMS,
  type StripFunc,
  tapOffsets,
  type Window,
} from './strips-wasm.ts';

export function maxPoolCall(sizes: PoolSizes): WasmCall {
  return poolCall('maxPool', sizes, defineMaxima);
}

/** A strip of maxima and their places. */
function defineMaxima(module: ModuleBuilder, pass: PoolPass, window: Window | undefined): StripFunc {
  const { channels, columns } = pass;
  const steps = stepsOf(pass);
  const size = window ? `${window.rows}x${window.columns}` : 'any';
  return module.once(`${pass.code} maxima ${size}`, () =>
    module.define(
      { name: 'maxima', params: STRIP_PARAMS },
      (f, source, target, positions, rowTaps, taps, index, toIndices) => {
        const general = module.once(`${pass.code} maximum`, () => defineMaximum(module, pass));
        const [sourceAt, targetAt, indexAt] = f.locals('i32', 3) as [Local<'i32'>, Local<'i32'>, Local<'i32'>];
        const emitUnrolled = window && unrolledMaximum(f, window, pass);
        f.for(f.local('i32'), 0, positions, 1, () => {
          forVectors(f, channels, (at, lanes) => {
            f.set(sourceAt, i32.add(source, at));
            f.set(targetAt, i32.add(target, at));
            f.set(indexAt, i32.add(index, i32.shrUnsigned(at, 2)));
            const callGeneral = (): void => f.call(general, sourceAt, targetAt, rowTaps, taps, indexAt, toIndices);
            if (emitUnrolled) emitUnrolled(sourceAt, targetAt, indexAt, toIndices, lanes, callGeneral);
            else callGeneral();
          });
          f.increment(source, steps.position);
          f.increment(target, steps.target);
          f.increment(index, columns.sourceStep * channels);
        });
      },
    ),
  );
}

const FIRST_PLACES = /* @__PURE__ */ i32x4.const([0, 1, 2, 3]);

/**
 * Small windows of numbers: 6 instructions a tap. A sum over the taps is NaN where one of them is (or where infinities
 * cancel); such windows go the general way.
 */
function unrolledMaximum(f: FunctionBuilder, window: Window, pass: PoolPass) {
  const [best, place, sum, value] = f.locals('v128', 4) as [Vector, Vector, Vector, Vector];
  const [, ...offsets] = tapOffsets(window, stepsOf(pass));
  const places = offsets.map((offset) => f.local('v128', i32x4.splat(offset / ELEMENT)));
  return (
    sourceAt: Local<'i32'>,
    targetAt: Local<'i32'>,
    indexAt: Local<'i32'>,
    toIndices: Local<'i32'>,
    lanes: number,
    otherwise: () => void,
  ): void => {
    f.set(best, loadLanes(sourceAt, lanes));
    f.set(sum, best);
    f.set(place, v128.zero());
    offsets.forEach((offset, tap) => {
      f.set(value, loadLanes(sourceAt, lanes, offset));
      f.set(sum, f32x4.add(sum, value));
      // Places ascend, so that the last one that improved is the largest.
      f.set(place, i32x4.maxSigned(place, v128.and(places[tap]!, f32x4.lt(best, value))));
      f.set(best, f32x4.pmax(best, value));
    });
    f.if(v128.anyTrue(f32x4.ne(sum, sum)), otherwise, () => {
      storeLanes(f, targetAt, best, lanes);
      f.set(place, f32x4.convertI32x4Signed(i32x4.add(place, i32x4.add(i32x4.splat(indexAt), FIRST_PLACES))));
      storeLanes(f, i32.add(targetAt, toIndices), place, lanes);
    });
  };
}

const MAXIMUM_PARAMS = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'] as const;

/** The maxima of one vector's windows: any windows, any values. */
function defineMaximum(module: ModuleBuilder, pass: PoolPass): Func<typeof MAXIMUM_PARAMS, undefined> {
  const { channels, rows, columns, sourceWidth } = pass;
  const { tap: tapStep, rowTap } = stepsOf(pass);
  const lanes = Math.min(channels, 4);
  return module.define(
    { name: 'maximum', params: MAXIMUM_PARAMS },
    (f, source, target, rowTaps, taps, index, toIndices) => {
      const [best, bestPlace, value, rowPlace, place, worse] = f.locals('v128', 6) as [
        Vector,
        Vector,
        Vector,
        Vector,
        Vector,
        Vector,
      ];
      const [at, row, tap] = f.locals('i32', 3) as [Local<'i32'>, Local<'i32'>, Local<'i32'>];
      f.set(best, loadLanes(source, lanes));
      f.set(bestPlace, i32x4.add(i32x4.splat(index), FIRST_PLACES));
      f.set(rowPlace, bestPlace);
      f.for(row, 0, rowTaps, 1, () => {
        f.set(place, rowPlace);
        f.set(at, source);
        f.for(tap, 0, taps, 1, () => {
          f.set(value, loadLanes(at, lanes));
          // Written so that a NaN replaces any number and nothing replaces a NaN; the first tap meets itself.
          f.set(worse, v128.andnot(f32x4.eq(best, best), f32x4.le(value, best)));
          f.set(best, v128.bitselect(value, best, worse));
          f.set(bestPlace, v128.bitselect(place, bestPlace, worse));
          f.set(place, i32x4.add(place, i32x4.splat(columns.sourceTapStep * channels)));
          f.increment(at, tapStep);
        });
        f.set(rowPlace, i32x4.add(rowPlace, i32x4.splat(rows.sourceTapStep * sourceWidth * channels)));
        f.increment(source, rowTap);
      });
      storeLanes(f, target, best, lanes);
      f.set(bestPlace, f32x4.convertI32x4Signed(bestPlace));
      storeLanes(f, i32.add(target, toIndices), bestPlace, lanes);
    },
  );
}

type Vector = Local<'v128'>;
