/** The most that this machine's 128-bit lanes do in the same run: products and sums of f32x4 in registers alone. */
import { now } from '../../src/clock.ts';
import { f32x4, ModuleBuilder, webAssembly } from '../../src/wasm/index.ts';

/** Enough independent chains to hide the latency of a product and a sum, and few enough for the 15 registers that V8 uses. */
const ACCUMULATORS = 12;
const UNROLL = 4;
const LANES = 4;

/** One call runs `count` times through the accumulators: `a = a x + y`, which tends to a number that is no trouble. */
export function peakModule(): Uint8Array<ArrayBuffer> {
  const module = new ModuleBuilder();
  module.define({ name: 'run', params: ['i32'], result: 'f32', exported: true }, (f, count) => {
    const x = f.local('v128', f32x4.splat(0.5));
    const y = f.local('v128', f32x4.splat(0.25));
    const sums = f.locals('v128', ACCUMULATORS);
    const i = f.local('i32');
    f.for(i, 0, count, 1, () => {
      for (let copy = 0; copy < UNROLL; copy++) {
        for (const sum of sums) f.set(sum, f32x4.add(f32x4.mul(sum, x), y));
      }
    });
    const total = sums.reduce<ReturnType<typeof f32x4.add>>((all, sum) => f32x4.add(all, sum), f32x4.splat(0));
    f.return(f32x4.extractLane(total, 0));
  });
  return module.toBytes();
}

/** @returns GFLOP/s, the best of some tries: whatever slows a try down is not the peak */
export function peakRate(): number {
  const api = webAssembly();
  if (!api) throw new Error('bench: this engine has no WebAssembly, so there is no peak to measure');
  const { run } = new api.Instance(new api.Module(peakModule())).exports;
  const count = 100_000;
  let best = 0;
  for (let attempt = 0; attempt < 30; attempt++) {
    const start = now();
    run?.(count);
    best = Math.max(best, (2 * count * UNROLL * ACCUMULATORS * LANES) / ((now() - start) * 1e6));
  }
  return best;
}
