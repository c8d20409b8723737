/** What it costs to share a step among threads, whatever its work: parts that do nothing. */
import { ThreadCode } from '../../src/devices/threads/thread-code.ts';
import { ThreadTeam, type TeamOptions } from '../../src/devices/threads/team.ts';
import { WasmHeap } from '../../src/devices/wasm-heap.ts';
import { now } from '../../src/clock.ts';

const STAGES = 2_000;
const ROUNDS = 25;

/** Microseconds of one stage with a part for each thread: the median of rounds. */
export async function stageMicroseconds(options: TeamOptions): Promise<number> {
  const heap = new WasmHeap({ shared: true });
  const parts = Array.from({ length: options.threads }, () => ({ inputs: [], outputs: [], args: [] }));
  const stage = { code: 'nothing', emit: () => undefined, parts };
  const [code] = new ThreadCode(heap, false).functionsOf([{ stage, inputCount: 0, outputCount: 0 }]);
  const rowBytes = 8;
  const rows = heap.allocate(rowBytes * parts.length);
  const team = await ThreadTeam.start(heap, { ...options, however: true });
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    team.begin(0);
    const start = now();
    for (let k = 0; k < STAGES; k++) {
      team.run({ label: 'nothing', code: code!, rows, rowBytes, count: parts.length, cost: 0 });
    }
    times.push(((now() - start) / STAGES) * 1000);
    team.finish();
  }
  team.dismiss();
  return times.sort((a, b) => a - b)[ROUNDS >> 1] as number;
}
