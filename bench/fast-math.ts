/** `npm run bench -- --fast-math`: what products by one instruction are worth. Ours alone, plain and so, in this process. */
import { supports } from '../src/wasm/index.ts';
import { gradtape, gradtapeFastMath } from './engines/gradtape.ts';
import { measureAll } from './measure-all.ts';
import type { BenchOptions } from './options.ts';
import { fastMathTable } from './report/fast-math-table.ts';
import { keep } from './report/save.ts';
import { allowRelaxedSimd } from './timing/relaxed-simd.ts';
import { allWorkloads } from './workloads/index.ts';
import type { Workload } from './workloads/workload.ts';

/** What has no products of that kind, or is about the call. */
const LEFT_OUT: readonly Workload['kind'][] = ['batchNorm', 'depthwise', 'eagerAdd'];

/** @param version gradtape's. @param tell hears the progress; the report is printed */
export async function benchFastMath(
  version: string,
  options: BenchOptions,
  tell: (line: string) => void,
): Promise<void> {
  allowRelaxedSimd();
  if (!supports('relaxed-simd'))
    throw new Error('bench: this engine has no relaxed SIMD, so there is nothing to compare.');
  const workloads = allWorkloads(1).filter(({ kind }) => !LEFT_OUT.includes(kind));
  const engines = [gradtape('wasm', version), gradtapeFastMath(version)];
  const results = await measureAll(version, workloads, engines, options, tell);
  const { node, machine, date } = results;
  console.log(`gradtape ${version}, Node ${node}, ${machine}, ${date}; one thread\n`);
  console.log('Operands in the memory of the device, nothing read back; ms, medians over turns');
  console.log(fastMathTable(results));
  if (options.save) keep(`${version}-fast-math`, results, tell);
}
