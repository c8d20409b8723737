/** Depthwise convolution and its input gradient as WebAssembly: everything but the batch is built in. */
import { i32, type Local } from '../../src/wasm/index.ts';
import type { WasmCall } from '../contract.ts';
import { alongFirstAxis } from '../split.ts';
import { cellRuns, outputRuns, type Runs } from '../window-runs.ts';
import { axisKey, ELEMENT, vectorBytes } from '../window-wasm.ts';
import type { DepthwiseSizes } from './cpu.ts';
import { emitRepeat, emitSumGroups } from './multiplier-wasm.ts';
import { type Pass, passWorkspaceBytes, preparePass } from './pass-wasm.ts';

export function depthwiseCall(sizes: DepthwiseSizes, hasBias: boolean): WasmCall {
  const { rows, columns, multiplier } = sizes;
  const pass = passOf(sizes, outputRuns(rows), outputRuns(columns), columns.size, columns.outputSize, hasBias);
  const { image, output, repeatedBytes } = elementsOf(sizes);
  const call: Omit<WasmCall, 'args'> = {
    code: `depthwise ${keyOf(sizes)}${hasBias ? ' bias' : ''}`,
    workspaceBytes: repeatedBytes + passWorkspaceBytes(pass),
    emit: (f, { inputs, outputs, workspace, args }, module) => {
      if (output === 0) return;
      const [x, filters, bias] = inputs as readonly [Local<'i32'>, Local<'i32'>, Local<'i32'>];
      const [y] = outputs as readonly [Local<'i32'>];
      const packed = f.index(i32.add(workspace, repeatedBytes));
      const emitImage = preparePass(f, module, pass, filters, hasBias ? bias : filters, packed);
      f.for(f.local('i32'), 0, args[0]!, 1, () => {
        if (multiplier !== 1) emitRepeat(f, x, workspace, image, multiplier);
        emitImage(multiplier === 1 ? x : workspace, y);
        f.increment(x, image * ELEMENT);
        f.increment(y, output * ELEMENT);
      });
    },
  };
  return alongFirstAxis(call, sizes.batch, { inputs: [image], outputs: [output] }, (images) => [images]);
}

export function depthwiseInputGradCall(sizes: DepthwiseSizes): WasmCall {
  const { rows, columns, channels, multiplier } = sizes;
  const pass = passOf(sizes, cellRuns(rows), cellRuns(columns), columns.outputSize, columns.size, false);
  const { image, output, repeatedBytes } = elementsOf(sizes);
  const call: Omit<WasmCall, 'args'> = {
    code: `depthwiseInputGrad ${keyOf(sizes)}`,
    workspaceBytes: repeatedBytes + passWorkspaceBytes(pass),
    emit: (f, { inputs, outputs, workspace, args }, module) => {
      const [dy, filters] = inputs as readonly [Local<'i32'>, Local<'i32'>];
      const [dx] = outputs as readonly [Local<'i32'>];
      if (channels * multiplier === 0) {
        f.fillMemory(dx, 0, i32.mul(args[0]!, image * ELEMENT));
        return;
      }
      const packed = f.index(i32.add(workspace, repeatedBytes));
      const emitImage = preparePass(f, module, pass, filters, filters, packed);
      f.for(f.local('i32'), 0, args[0]!, 1, () => {
        emitImage(dy, multiplier === 1 ? dx : workspace);
        if (multiplier !== 1) emitSumGroups(f, workspace, dx, image, multiplier);
        f.increment(dy, output * ELEMENT);
        f.increment(dx, image * ELEMENT);
      });
    },
  };
  return alongFirstAxis(call, sizes.batch, { inputs: [output], outputs: [image] }, (images) => [images]);
}

function passOf(
  { rows, columns, channels, multiplier }: DepthwiseSizes,
  rowRuns: Runs,
  columnRuns: Runs,
  sourceWidth: number,
  targetWidth: number,
  hasBias: boolean,
): Pass {
  return {
    rows: rowRuns,
    columns: columnRuns,
    sourceWidth,
    targetWidth,
    kernelHeight: rows.kernelSize,
    kernelWidth: columns.kernelSize,
    channels: channels * multiplier,
    hasBias,
  };
}

/** Elements of an image and of an output, and the bytes of an image with its channels repeated by the multiplier. */
export function elementsOf({ rows, columns, channels, multiplier }: DepthwiseSizes): {
  readonly image: number;
  readonly output: number;
  readonly repeatedBytes: number;
} {
  const image = rows.size * columns.size * channels;
  return {
    image,
    output: rows.outputSize * columns.outputSize * channels * multiplier,
    repeatedBytes: multiplier === 1 ? 0 : vectorBytes(image * multiplier),
  };
}

/** Everything of the sizes but the batch. */
export function keyOf({ rows, columns, channels, multiplier }: DepthwiseSizes): string {
  return `${axisKey(rows)} x ${axisKey(columns)} c${channels}x${multiplier}`;
}
