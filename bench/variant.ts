/**
 * `npm run bench -- --fast-math`, `--threads N`: what products by one instruction, or more threads, are worth. Ours alone, as
 * it is by default and so, in this process.
 */
import { availableParallelism } from 'node:os';
import { ThreadedDevice } from '../src/devices/threads/threaded-device.ts';
import { WasmDevice } from '../src/devices/wasm-device.ts';
import { supports } from '../src/wasm/index.ts';
import { gradtape, gradtapeOn } from './engines/gradtape.ts';
import { measureAll } from './measure-all.ts';
import type { BenchOptions } from './options.ts';
import { FAST_MATH, threadsColumn } from './report/results.ts';
import { keep } from './report/save.ts';
import { variantTable } from './report/variant-table.ts';
import { stageMicroseconds } from './timing/stages.ts';
import { allowRelaxedSimd } from './timing/relaxed-simd.ts';
import { allWorkloads } from './workloads/index.ts';
import type { Workload } from './workloads/workload.ts';

/** What has no products of that kind, or is about the call. */
const WITHOUT_PRODUCTS: readonly Workload['kind'][] = ['batchNorm', 'depthwise', 'eagerAdd'];
/** Eager ops are never shared. */
const NOT_SHARED: readonly Workload['kind'][] = ['eagerAdd'];

/** What is measured beside the default. */
interface Variant {
  readonly name: string;
  /** The figures' file, behind the version. */
  readonly file: string;
  readonly leftOut: readonly Workload['kind'][];
  readonly device: WasmDevice;
  /** Lines below the table. */
  readonly remarks: readonly string[];
}

/** @param version gradtape's. @param tell hears the progress; the report is printed */
export async function benchVariant(
  version: string,
  options: BenchOptions,
  tell: (line: string) => void,
): Promise<void> {
  const { name, file, leftOut, device, remarks } =
    options.threads === undefined ? fastMath() : await threads(options.threads);
  const workloads = allWorkloads(1).filter(({ kind }) => !leftOut.includes(kind));
  const engines = [gradtape('wasm', version), gradtapeOn(device, name, version)];
  const results = await measureAll(version, workloads, engines, options, tell);
  const { node, machine, date } = results;
  console.log(`gradtape ${version}, Node ${node}, ${machine}, ${availableParallelism()} cores, ${date}\n`);
  console.log('Operands in the memory of the device, nothing read back; ms, medians over turns');
  console.log([variantTable(results, name), ...remarks].join('\n'));
  if (options.save) keep(`${version}-${file}`, results, tell);
  if (device instanceof ThreadedDevice) device.close();
}

function fastMath(): Variant {
  allowRelaxedSimd();
  if (!supports('relaxed-simd')) {
    throw new Error('bench: this engine has no relaxed SIMD, so there is nothing to compare.');
  }
  const device = new WasmDevice('wasm', { fastMath: true });
  return { name: FAST_MATH, file: 'fast-math', leftOut: WITHOUT_PRODUCTS, device, remarks: [] };
}

async function threads(count: number): Promise<Variant> {
  const options = { threads: count, cores: availableParallelism() };
  const stage = await stageMicroseconds(options);
  return {
    name: threadsColumn(count),
    file: `${count}-threads`,
    leftOut: NOT_SHARED,
    device: await ThreadedDevice.open(options),
    remarks: [`To share a step and to wait for all takes ${stage.toFixed(2)} microseconds while threads are awake.`],
  };
}
