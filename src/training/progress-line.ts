/** The text of the progress bar, in Keras's format: numbers, times, and the line that is drawn again and again. */

/** What one line tells. */
export interface Progress {
  /** Steps done. */
  readonly current: number;
  /** Steps in all; undefined when the data do not tell. */
  readonly target: number | undefined;
  readonly elapsed: Seconds;
  readonly perStep: Seconds;
  readonly isLast: boolean;
  readonly values: ReadonlyMap<string, number>;
}

type Seconds = number;

const CELLS = 20;
const BOLD = '\x1b[1m';
const GREEN = '\x1b[32m';
const WHITE = '\x1b[37m';
const RESET = '\x1b[0m';

/**
 * The line of a terminal: `12/50 ━━━━ 3s 41ms/step - loss: 0.2207` with the remaining time, or the elapsed one at the
 * end and while the number of steps is unknown.
 * @param columns cells in a row: what goes beyond is cut, since a line that wraps cannot be drawn again
 */
export function terminalLine(progress: Progress, columns: number): string {
  const { current, target, elapsed, perStep, isLast, values } = progress;
  const known = target !== undefined && target > 0;
  const time = known && !isLast ? formatRemaining(perStep * Math.max(0, target - current)) : formatSeconds(elapsed);
  const count = known ? formatCount(current, target) : `${String(current).padStart(7)}/Unknown`;
  const rest = ` ${formatStep(perStep)}${formatValues(values)}`;
  const filled = known ? Math.min(CELLS, Math.trunc((CELLS * current) / target)) : 0;
  const bar = `${filled > 0 ? `${GREEN}${'━'.repeat(filled)}${RESET}` : ''}${WHITE}${'━'.repeat(CELLS - filled)}${RESET}`;
  const head = known ? `${BOLD}${count}${RESET} ${bar}` : count;
  const headWidth = count.length + (known ? 1 + CELLS : 0) + 1 + time.length;
  return `${head} ${BOLD}${time}${RESET}${rest.slice(0, Math.max(0, columns - headWidth))}`;
}

/** ` 3/50`: as wide for every step. */
export function formatCount(current: number, target: number): string {
  const all = String(target);
  return `${String(current).padStart(all.length)}/${all}`;
}

/** ` - accuracy: 0.9312 - loss: 0.2207` */
export function formatValues(values: ReadonlyMap<string, number>): string {
  return [...values].map(([name, value]) => ` - ${name}: ${formatValue(value)}`).join('');
}

/** Four decimals, or an exponent of at least two digits for what would show none of them. */
export function formatValue(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Math.abs(value) > 1e-3) return value.toFixed(4);
  return value.toExponential(4).replace(/e([+-])(\d)$/, 'e$10$2');
}

/** `12ms/step` */
export function formatStep(perStep: Seconds): string {
  if (perStep >= 1 || perStep === 0) return `${perStep.toFixed(0)}s/step`;
  if (perStep >= 1e-3) return `${(perStep * 1e3).toFixed(0)}ms/step`;
  return `${(perStep * 1e6).toFixed(0)}us/step`;
}

export function formatSeconds(time: Seconds): string {
  return `${time.toFixed(0)}s`;
}

/** `1:02:03`, `2:03` or `45s`. */
function formatRemaining(time: Seconds): string {
  const two = (value: number): string => String(Math.trunc(value)).padStart(2, '0');
  if (time > 3600) return `${Math.trunc(time / 3600)}:${two((time % 3600) / 60)}:${two(time % 60)}`;
  if (time > 60) return `${Math.trunc(time / 60)}:${two(time % 60)}`;
  return `${Math.trunc(time)}s`;
}
