/** The figures as a picture: for each workload a bar of gradtape's time as a multiple of the best peer's, on a log scale. */
import { bestPeer, OURS, timeOf, type Results } from './results.ts';
import { formatTime } from './table.ts';

const WIDTH = 800;
const LABELS = 290;
const FIGURES = 190;
const ROW = 22;
const TOP = 62;
const BOTTOM = 34;
const BAR = 12;

interface Bar {
  readonly workload: string;
  readonly peer: string;
  readonly ours: number;
  readonly theirs: number;
}

/** An SVG of its own: no script, no font to load, colours that follow the reader's scheme. */
export function chart(results: Results): string {
  const bars = barsOf(results);
  const height = TOP + bars.length * ROW + BOTTOM;
  const decades = reach(bars);
  const x = (speedup: number): number =>
    LABELS + ((Math.log10(speedup) + decades.slower) / (decades.slower + decades.faster)) * (WIDTH - LABELS - FIGURES);
  const end = TOP + bars.length * ROW;
  const ticks: string[] = [];
  for (let decade = Math.ceil(-decades.slower); decade <= decades.faster; decade++) {
    const at = round(x(10 ** decade));
    ticks.push(
      `<line class="${decade === 0 ? 'one' : 'grid'}" x1="${at}" x2="${at}" y1="${TOP - 4}" y2="${end}"/>`,
      `<text class="soft" x="${at}" y="${end + 16}" text-anchor="middle">${tickLabel(decade)}</text>`,
    );
  }
  const lines = bars.map((bar, index) => {
    const speedup = bar.theirs / bar.ours;
    const [from, to] = [x(1), x(speedup)].toSorted((one, other) => one - other) as [number, number];
    const y = TOP + index * ROW;
    return [
      `<text x="${LABELS - 10}" y="${y + 14}" text-anchor="end">${escapeText(bar.workload)}</text>`,
      `<rect class="${speedup >= 1 ? 'faster' : 'slower'}" x="${round(from)}" y="${y + (ROW - BAR) / 2}" width="${round(Math.max(1, to - from))}" height="${BAR}" rx="2"/>`,
      `<text class="soft" x="${WIDTH - FIGURES + 8}" y="${y + 14}">${speedup.toFixed(2)}x ${escapeText(bar.peer)}</text>`,
      `<title>${escapeText(`${bar.workload}: ${formatTime(bar.ours)} ms, ${bar.peer} ${formatTime(bar.theirs)} ms`)}</title>`,
    ].join('');
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="Speed of gradtape against the best JavaScript peer">
<style>
  text { font: 12px system-ui, sans-serif; fill: #1f2328; }
  .head { font-size: 15px; font-weight: 600; }
  .soft { fill: #59636e; }
  .grid { stroke: #d1d9e0; }
  .one { stroke: #59636e; }
  .faster { fill: #1a7f37; }
  .slower { fill: #bc4c00; }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc; }
    .soft { fill: #9198a1; }
    .grid { stroke: #3d444d; }
    .one { stroke: #9198a1; }
    .faster { fill: #3fb950; }
    .slower { fill: #f0883e; }
  }
</style>
<text class="head" x="12" y="24">Times as fast as the best JavaScript peer</text>
<text class="soft" x="12" y="42">gradtape ${escapeText(results.version)} on wasm, one thread; Node ${escapeText(results.node)}, ${escapeText(results.machine)}, ${escapeText(results.date)}</text>
${ticks.join('\n')}
${lines.map((line) => `<g>${line}</g>`).join('\n')}
</svg>
`;
}

function barsOf({ rows, engines }: Results): Bar[] {
  return rows.flatMap((row) => {
    const ours = timeOf(row, OURS, 'milliseconds');
    const best = bestPeer(row, engines, 'milliseconds');
    if (ours === undefined || !best) return [];
    return [{ workload: row.workload, peer: best.name, ours, theirs: best.milliseconds }];
  });
}

/** Decades to both sides of 1, as far as bars go; at least one to the right. */
function reach(bars: readonly Bar[]): { readonly slower: number; readonly faster: number } {
  const logs = bars.map(({ ours, theirs }) => Math.log10(theirs / ours));
  return {
    slower: -Math.min(0, ...logs),
    faster: Math.max(1, ...logs),
  };
}

function tickLabel(decade: number): string {
  return decade < 0 ? `1/${10 ** -decade}` : `${10 ** decade}x`;
}

function round(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
