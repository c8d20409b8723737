/** What the kernels emit for the cases of the ops' rows, alone and fused: modules that the engine and WABT find valid. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import t from 'tap';
import type { Kernel } from '../../../kernels/contract.ts';
import type { Plan } from '../../../src/devices/device.ts';
import { WasmDevice } from '../../../src/devices/wasm-device.ts';
import type { WasmExecutable } from '../../../src/devices/wasm-executable.ts';
import { compile } from '../../../src/tape/compile.ts';
import { opLaws } from '../../../src/testing/op-laws.ts';
import type { Tensor } from '../../../src/tensor/tensor.ts';
import { ModuleBuilder, webAssembly, type Local } from '../../../src/wasm/index.ts';
import { root } from '../../house/sources.ts';
import { rewritten } from '../../support/wabt.ts';
import { rows } from '../ops/rows/index.ts';

/** Enough to reach every kernel, which the first test requires. */
const CASES = 5;
const SEED = 42;

/** The modules of single kernels, by what the kernel says of its code. */
const modules = new Map<string, Uint8Array<ArrayBuffer>>();
const kernelsSeen = new Set<string>();

/** Notes the code of every kernel that programs and eager ops call. */
class WatchedDevice extends WasmDevice {
  override link(plan: Plan): WasmExecutable {
    for (const { kernel, geometry, inputs, outputs } of plan.steps) note(kernel, geometry, inputs, outputs.length);
    return super.link(plan);
  }

  override runKernel(...call: Parameters<WasmDevice['runKernel']>): void {
    const [kernel, geometry, inputs, outputs] = call;
    note(kernel, geometry, inputs, outputs.length);
    super.runKernel(...call);
  }
}

function note(kernel: Kernel, geometry: unknown, inputs: readonly unknown[], outputCount: number): void {
  const call = kernel.wasm?.(
    geometry,
    inputs.map((input) => input !== undefined),
  );
  if (!call) return;
  kernelsSeen.add(kernel.name);
  const key = `${call.code}/${inputs.length}/${outputCount}`;
  if (modules.has(key)) return;
  const module = new ModuleBuilder();
  module.importMemory({ module: 'host', name: 'memory', initial: 1 });
  const workspaceAt = inputs.length + outputCount;
  const params = Array.from({ length: workspaceAt + 1 + (call.args?.length ?? 0) }, () => 'i32' as const);
  module.define({ name: 'run', params, exported: true }, (f, ...locals: readonly Local<'i32'>[]) => {
    call.emit(
      f,
      {
        inputs: locals.slice(0, inputs.length),
        outputs: locals.slice(inputs.length, workspaceAt),
        workspace: locals[workspaceAt] as Local<'i32'>,
        args: locals.slice(workspaceAt + 1),
      },
      module,
    );
  });
  modules.set(key, module.toBytes());
}

const folder = join(root, 'dist/kernels');

t.setTimeout(300_000);

t.test('the cases of the rows reach every kernel', async (t) => {
  const device = new WatchedDevice();
  for (const row of rows) {
    // With their gradients, which are fused with what they can be, then alone.
    await opLaws(row, { cases: CASES, devices: [device] });
    for (const { inputs, call } of fc.sample(row.arbitrary, { numRuns: CASES, seed: SEED })) {
      await compile((...given: readonly Tensor[]) => [call(...given)].flat(), { device })(...inputs);
    }
  }
  const exported = await exportedKernels();
  t.ok(exported.length > 70, `${exported.length} kernels`);
  t.strictSame(
    exported.filter((name) => !kernelsSeen.has(name)),
    [],
    'none is missing',
  );
  t.comment(`${modules.size} modules of ${kernelsSeen.size} kernels, fused chains among them`);
});

t.test('every module is valid', (t) => {
  const invalid = [...modules].flatMap(([code, bytes]) => (webAssembly()?.validate(bytes) ? [] : [code]));
  t.strictSame(invalid, []);
  t.end();
});

t.test('WABT reads every module as valid and writes the same bytes', (t) => {
  const different = [...modules].flatMap(([code, bytes]) =>
    Buffer.compare(bytes, rewritten(bytes)) === 0 ? [] : [code],
  );
  t.strictSame(different, []);
  t.end();
});

async function exportedKernels(): Promise<readonly string[]> {
  const names = new Set<string>();
  for (const { name } of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, name, 'index.js');
    if (!existsSync(path)) continue;
    const exports = (await import(pathToFileURL(path).href)) as object;
    for (const value of Object.values(exports)) if (isKernel(value)) names.add(value.name);
  }
  return [...names];
}

function isKernel(value: unknown): value is Kernel {
  return typeof value === 'object' && value !== null && 'plan' in value && 'wasm' in value;
}
