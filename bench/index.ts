import { gradtape } from './engines/gradtape.ts';
import { jaxJs } from './engines/jax/index.ts';
import { onnxWeb, onnxNative } from './engines/onnx/index.ts';
import { tfjs } from './engines/tfjs/index.ts';
import { relativeDifference, differenceLimit } from './timing/agreement.ts';
import { isTraining } from './workloads/workload.ts';
import { takeTurns } from './timing/take-turns.ts';
import { workloads } from './workloads/index.ts';
const engines = process.argv[3] === 'onnx' ? [await onnxWeb(), await onnxNative()] : process.argv[3] === 'jax' ? [await jaxJs()] : [await tfjs('wasm'), await tfjs('cpu')];
const ours = gradtape('cpu', '0');
for (const w of workloads) {
  if (process.argv[2] && !w.name.includes(process.argv[2])) continue;
  const p0 = await ours.prepare(w);
  if (typeof p0 === 'string') continue;
  const two = async (p: any) => { const r = await p.transfer(); const a = isTraining(w) ? [...r, ...(await p.transfer())] : r; return p.arrange ? p.arrange(a) : a };
  const ref = await two(p0);
  for (const e of engines) {
    try {
      if (e.slow && w.flops && w.flops > 6e8) continue;
      const p = await e.prepare(w);
      if (typeof p === 'string') { console.log(w.name, e.name, p); continue; }
      const diff = relativeDifference(await two(p), ref);
      const [t] = await takeTurns([p], { rounds: 3, turn: 20, warmUp: 100, budget: 1000 });
      console.log(w.name, e.name, t, w.flops ? w.flops / (t?.milliseconds ?? 0) / 1e6 : '', diff, differenceLimit(w.depth));
      p.dispose();
    } catch (error) { console.log(w.name, e.name, String((error as any).stack).slice(0, 400)); }
  }
}
