/** Runs one kernel on a GPU device: its passes, one after the other, in the mode that the device has. */
import type { GpuCall, Kernel } from '../../kernels/contract.ts';
import { gpuCallOf } from '../../kernels/gpu.ts';
import { openGpuJs, type GpuMode } from '../../src/devices/gpu-js.ts';
import { GpuMemory, type GpuBuffer } from '../../src/devices/gpu-memory.ts';
import type { Shape } from '../../src/tensor/shape.ts';
import { installDawn } from '../gpu/dawn.ts';
import type { Operand } from '../kernels/numeric.ts';

/** The modes that can run here: those of npm packages alone, and WebGPU where the environment names Dawn. */
export async function gpuModes(): Promise<GpuMode[]> {
  return [...(['cpu', 'webasm'] as const), ...((await installDawn()) ? (['webgpu'] as const) : [])];
}

export async function openGpuMemory(mode: GpuMode): Promise<GpuMemory> {
  return new GpuMemory(await openGpuJs(mode));
}

/** The passes of one call. */
export function gpuCall<Options, Geometry>(
  kernel: Kernel<Options, Geometry>,
  operands: readonly Operand[],
  outputShapes: readonly Shape[],
  options: Options,
): GpuCall {
  const shapes = operands.map((one) => one?.shape);
  const call = gpuCallOf(
    kernel as Kernel,
    kernel.plan(shapes, outputShapes, options),
    shapes.map((shape) => shape !== undefined),
  );
  if (!call) throw new Error(`${kernel.name}: the kernel has no form for a graphics card`);
  return call;
}

/** The outputs of one call. */
export async function runOnGpu<Options, Geometry>(
  memory: GpuMemory,
  kernel: Kernel<Options, Geometry>,
  operands: readonly Operand[],
  outputShapes: readonly Shape[],
  options: Options,
): Promise<Float32Array[]> {
  const { passes, outputs } = gpuCall(kernel, operands, outputShapes, options);
  const inputs: (GpuBuffer | undefined)[] = [];
  for (const one of operands) inputs.push(one && (await memory.upload(Float32Array.from(one.data), kernel.name)));
  const results: GpuBuffer[] = [];
  for (const pass of passes) {
    const buffers = pass.operands.map((from) => ('input' in from ? inputs[from.input] : results[from.pass]));
    if (buffers.includes(undefined)) throw new Error(`${kernel.name}: a pass reads what is not there`);
    results.push(await memory.run(pass, buffers as GpuBuffer[], kernel.name));
  }
  const read = await Promise.all(outputs.map((index) => (results[index] as GpuBuffer).read()));
  for (const buffer of [...inputs, ...results]) buffer?.release();
  return read;
}
