/** Average pooling and its gradient as WebAssembly: sums of each row of taps, added up; divisions last, or first. */
import {
  f32,
  f32x4,
  i32,
  v128,
  type FunctionBuilder,
  type I32,
  type Local,
  type ModuleBuilder,
  type Value,
} from '../../src/wasm/index.ts';
import type { WasmCall } from '../contract.ts';
import { alongFirstAxis } from '../split.ts';
import { cellRuns, outputRuns } from '../window-runs.ts';
import { ELEMENT, forVectors, loadLanes, storeLanes, VECTOR, vectorBytes } from '../window-wasm.ts';
import type { PoolSizes } from './cpu.ts';
import {
  lowestTap,
  poolCall,
  poolKey,
  type PoolPass,
  type PoolSteps,
  stepsOf,
  STRIP_PARAMS,
  type StripFunc,
  tapOffsets,
  walkImage,
  type Window,
} from './strips-wasm.ts';

export function averagePoolCall(sizes: PoolSizes): WasmCall {
  return poolCall('avgPool', sizes, (module, pass, window) => defineSums(module, pass, window, true));
}

export function averagePoolGradCall(sizes: PoolSizes): WasmCall {
  const { batch, rows, columns, channels } = sizes;
  const code = poolKey('avgPoolGrad', sizes);
  const pass: PoolPass = {
    code,
    rows: cellRuns(rows),
    columns: cellRuns(columns),
    sourceWidth: columns.outputSize,
    targetWidth: columns.size,
    channels,
  };
  const output = rows.outputSize * columns.outputSize * channels;
  const image = rows.size * columns.size * channels;
  const call: Omit<WasmCall, 'args'> = {
    code,
    workspaceBytes: vectorBytes(output) + VECTOR,
    emit: (f, { inputs, outputs, workspace, args }, module) => {
      const [dy] = inputs as readonly [Local<'i32'>];
      const [dx] = outputs as readonly [Local<'i32'>];
      if (channels === 0) return;
      const unused = f.index(i32.add(workspace, vectorBytes(output)));
      f.for(f.local('i32'), 0, args[0]!, 1, () => {
        emitShares(f, module, sizes, dy, workspace);
        walkImage(f, module, pass, (window) => defineSums(module, pass, window, false), workspace, dx, unused);
        f.increment(dy, output * ELEMENT);
        f.increment(dx, image * ELEMENT);
      });
    },
  };
  return alongFirstAxis(call, batch, { inputs: [output], outputs: [image] }, (images) => [images]);
}

/** A strip of sums over the taps, or of means. */
function defineSums(module: ModuleBuilder, pass: PoolPass, window: Window | undefined, mean: boolean): StripFunc {
  const steps = stepsOf(pass);
  const size = window ? `${window.rows}x${window.columns}` : 'any';
  return module.once(`poolSums ${[mean, size, pass.channels, ...Object.values(steps)].join()}`, () =>
    module.define({ name: 'poolSums', params: STRIP_PARAMS }, (f, source, target, positions, rowTaps, tapCount) => {
      const total = f.local('v128');
      const cells = f.local('v128');
      if (mean) f.set(cells, f32x4.splat(f32.convertI32Signed(i32.mul(rowTaps, tapCount))));
      const emitSum = window ? unrolledSum(f, window, steps, total) : loopedSum(f, steps, total, rowTaps, tapCount);
      f.for(f.local('i32'), 0, positions, 1, () => {
        forVectors(f, pass.channels, (at, lanes) => {
          emitSum(i32.add(source, at), lanes);
          if (mean) f.set(total, f32x4.div(total, cells));
          storeLanes(f, i32.add(target, at), total, lanes);
        });
        f.increment(source, steps.position);
        f.increment(target, steps.target);
      });
    }),
  );
}

type EmitSum = (first: Value<'i32'>, lanes: number) => void;

function unrolledSum(f: FunctionBuilder, window: Window, steps: PoolSteps, total: Local<'v128'>): EmitSum {
  const from = f.local('i32');
  return (first, lanes) => {
    f.set(from, i32.add(first, lowestTap(window, steps)));
    const values = tapOffsets(window, steps).map((offset) => loadLanes(from, lanes, offset));
    const sum = values.reduce<Value<'v128'> | undefined>(
      (sum, value) => (sum ? f32x4.add(sum, value) : value),
      undefined,
    );
    f.set(total, sum ?? v128.zero());
  };
}

/** Adds up the sums of the rows: over large windows the error grows with the sides, not with the area. */
function loopedSum(f: FunctionBuilder, steps: PoolSteps, total: Local<'v128'>, rowTaps: I32, taps: I32): EmitSum {
  const rowSum = f.local('v128');
  const [rowAt, at, row, tap] = f.locals('i32', 4) as [Local<'i32'>, Local<'i32'>, Local<'i32'>, Local<'i32'>];
  return (first, lanes) => {
    f.set(total, v128.zero());
    f.set(rowAt, first);
    f.for(row, 0, rowTaps, 1, () => {
      f.set(rowSum, v128.zero());
      f.set(at, rowAt);
      f.for(tap, 0, taps, 1, () => {
        f.set(rowSum, f32x4.add(rowSum, loadLanes(at, lanes)));
        f.increment(at, steps.tap);
      });
      f.set(total, f32x4.add(total, rowSum));
      f.increment(rowAt, steps.rowTap);
    });
  };
}

/** Divides the outputs of an image by the number of cells in their windows: what each cell gets of them. */
function emitShares(
  f: FunctionBuilder,
  module: ModuleBuilder,
  { rows, columns, channels }: PoolSizes,
  dy: Local<'i32'>,
  shares: Local<'i32'>,
): void {
  const divide = module.once('poolDivide', defineDivide);
  const from = f.index(dy);
  const to = f.index(shares);
  const row = f.local('i32');
  f.set(from, dy);
  f.set(to, shares);
  for (const { count, taps: rowTaps } of outputRuns(rows).list) {
    f.for(row, 0, count, 1, () => {
      for (const { count: pixels, taps } of outputRuns(columns).list) {
        const bytes = pixels * channels * ELEMENT;
        f.call(divide, from, to, bytes, rowTaps * taps);
        f.increment(from, bytes);
        f.increment(to, bytes);
      }
    });
  }
}

const DIVIDE_PARAMS = ['i32', 'i32', 'i32', 'i32'] as const;

/** Elements from one address to another, so many bytes, over a whole number. */
function defineDivide(module: ModuleBuilder): ReturnType<typeof module.define<typeof DIVIDE_PARAMS>> {
  return module.define({ name: 'poolDivide', params: DIVIDE_PARAMS }, (f, from, to, bytes, by) => {
    const divisor = f.local('v128', f32x4.splat(f32.convertI32Signed(by)));
    const end = f.index(i32.add(from, bytes));
    const wholeEnd = f.index(i32.add(from, i32.and(bytes, -VECTOR)));
    const each = (lanes: number, until: I32): void => {
      f.forRest(from, until, lanes * ELEMENT, () => {
        storeLanes(f, to, f32x4.div(loadLanes(from, lanes), divisor), lanes);
        f.increment(to, lanes * ELEMENT);
      });
    };
    each(4, wholeEnd);
    each(1, end);
  });
}
