import { gradtape } from './engines/gradtape.ts';
import { peakRate } from './timing/peak.ts';
import { takeTurns } from './timing/take-turns.ts';
import { workloads } from './workloads/index.ts';
console.log('peak', peakRate());
for (const w of workloads) {
  const p = await gradtape('wasm', '0').prepare(w);
  if (typeof p === 'string') continue;
  p.transfer();
  const [t] = await takeTurns([p], { rounds: 3, turn: 20, warmUp: 100, budget: 1000 });
  console.log(w.name, t, w.flops ? w.flops / (t?.milliseconds ?? 0) / 1e6 : '');
}
