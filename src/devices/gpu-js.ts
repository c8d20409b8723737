/** The only file that knows GPU.js: an optional peer, imported when a GPU device is asked for. */
import { DeviceError } from '../errors.ts';

/** Where GPU.js runs kernels. */
export type GpuMode = 'webgpu' | 'webgl2' | 'headlessgl' | 'webasm' | 'cpu';

/** What a kernel left on the device: a buffer or a texture. */
export interface GpuHandle {
  toArray(): Float32Array | Promise<Float32Array>;
  delete(): void;
}

/** A kernel's result: in the modes that work on the host, the numbers themselves. */
export type GpuValue = GpuHandle | Float32Array;

/** A kernel of GPU.js, compiled at its first call. */
export interface GpuJsKernel {
  (...args: readonly (GpuValue | number)[]): GpuValue | Promise<GpuValue>;
  destroy(): void;
  readonly kernel: {
    readonly constructor: { readonly mode: string };
    readonly fallbackReason: string | null;
    readonly context?: { readonly isLost?: boolean; isContextLost?(): boolean } | null;
  };
}

interface KernelSettings {
  readonly output: readonly [number];
  readonly pipeline: true;
  readonly immutable: true;
  readonly functions: readonly string[];
  readonly argumentTypes?: Readonly<Record<string, 'Array' | 'Float'>>;
  readonly precision: 'single';
  readonly tactic: 'precision';
}

/** One instance of GPU.js, in one mode. */
export interface GpuJs {
  createKernel(source: string, settings: KernelSettings): GpuJsKernel;
  destroy(): Promise<void> | void;
}

interface GpuJsClass {
  new (settings: { readonly mode: GpuMode }): GpuJs;
  readonly isWebGPUSupported?: boolean;
  readonly isWebGL2Supported?: boolean;
  readonly isHeadlessGLSupported?: boolean;
  readonly isSinglePrecisionSupported?: boolean;
  isWebGPUAvailable?(): Promise<boolean>;
}

interface GpuJsModule {
  readonly GPU: GpuJsClass;
}

let loading: Promise<GpuJsClass> | undefined;

/** @throws DeviceError where GPU.js is not installed, or a policy forbids the code that it makes */
function loadGpuJs(): Promise<GpuJsClass> {
  loading ??= importGpuJs();
  return loading;
}

async function importGpuJs(): Promise<GpuJsClass> {
  try {
    // Its own declarations need the DOM and refuse what its kernels take. Bundlers wrap what it exports.
    const module: unknown = await import('gpu.js');
    const { GPU, default: wrapped } = module as Partial<GpuJsModule> & { readonly default?: GpuJsModule };
    return (GPU ?? wrapped?.GPU) as GpuJsClass;
  } catch (cause) {
    loading = undefined;
    throw new DeviceError(
      "setDevice: the device 'gpu' needs the package gpu.js, which could not be loaded. Install it: npm install gpu.js",
      { where: 'setDevice', got: 'gpu', cause },
    );
  }
}

/** The modes in the order in which an automatic choice tries them. */
const AUTOMATIC: readonly GpuMode[] = ['webgpu', 'webgl2', 'headlessgl', 'webasm', 'cpu'];

/** Why a mode cannot be used here; undefined when it can. */
async function unavailable(GPU: GpuJsClass, mode: GpuMode): Promise<string | undefined> {
  switch (mode) {
    case 'webgpu':
      if (!GPU.isWebGPUSupported) return 'navigator.gpu is missing';
      return (await GPU.isWebGPUAvailable?.()) ? undefined : 'no adapter is available';
    case 'webgl2':
      return GPU.isWebGL2Supported ? undefined : 'no WebGL2 context can be made';
    case 'headlessgl':
      return GPU.isHeadlessGLSupported ? undefined : "the package 'gl' is not installed or finds no display";
    default:
      return undefined;
  }
}

/** GPU.js in the mode asked for, or in the first that works. */
export interface OpenedGpu {
  /** Makes an instance. */
  readonly create: () => GpuJs;
  readonly mode: GpuMode;
  /** Why the modes before it were left out. */
  readonly leftOut: readonly string[];
}

/**
 * @param mode default: the first of webgpu, webgl2, headlessgl, webasm and cpu that works
 * @throws DeviceError for a mode that is unknown or cannot be used here; never another mode in its place
 */
export async function openGpuJs(mode?: GpuMode): Promise<OpenedGpu> {
  if (mode !== undefined && !AUTOMATIC.includes(mode)) {
    throw new DeviceError(`setDevice: there is no GPU mode '${String(mode)}'. Known: ${AUTOMATIC.join(', ')}.`, {
      where: 'setDevice',
      got: mode,
      expected: AUTOMATIC,
    });
  }
  const GPU = await loadGpuJs();
  const leftOut: string[] = [];
  for (const candidate of mode ? [mode] : AUTOMATIC) {
    const reason = await unavailable(GPU, candidate);
    if (reason === undefined) return { create: () => new GPU({ mode: candidate }), mode: candidate, leftOut };
    leftOut.push(`${candidate}: ${reason}`);
  }
  throw new DeviceError(
    `setDevice: the GPU mode '${mode}' cannot be used here: ${leftOut.join('; ')}. Leave out mode for the best one that works.`,
    { where: 'setDevice', got: mode },
  );
}

/** @throws DeviceError when GPU.js silently took another mode than the one asked for */
export function requireMode(kernel: GpuJsKernel, mode: GpuMode, label: string): void {
  const { fallbackReason } = kernel.kernel;
  const actual = modeOf(kernel);
  if (actual === mode && (fallbackReason ?? null) === null) return;
  throw new DeviceError(
    `${label}: GPU.js runs its kernel in mode '${actual}' instead of '${mode}'${fallbackReason ? `: ${fallbackReason}` : ''}.`,
    { where: label, got: actual, expected: mode },
  );
}

// Kernels of WebGL all say 'gpu'; their context tells which one it is.
function modeOf({ kernel: { constructor, context } }: GpuJsKernel): string {
  if (constructor.mode !== 'gpu') return constructor.mode;
  const { WebGL2RenderingContext: WebGL2 } = globalThis as { WebGL2RenderingContext?: new () => object };
  if (WebGL2 && context instanceof WebGL2) return 'webgl2';
  return 'document' in globalThis ? 'webgl' : 'headlessgl';
}

/** Whether the graphics device that a kernel was compiled for is gone. */
export function isLost({ kernel: { context } }: GpuJsKernel): boolean {
  return context?.isLost === true || context?.isContextLost?.() === true;
}
