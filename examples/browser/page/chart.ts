/** A chart of one quantity over steps or seconds, drawn on a canvas: a line and marks for each device. */
import { colorOf, contextOf } from './elements.ts';
import { linearTicks, logTicks } from './ticks.ts';

export interface Place {
  readonly x: number;
  readonly y: number;
}

export interface Series {
  /** A color of style.css. */
  readonly color: string;
  readonly isDashed: boolean;
  /** Drawn faintly, and smoothed over it. */
  readonly line: readonly Place[];
  /** Round with a solid line, square with a dashed one. */
  readonly marks: readonly Place[];
}

export interface ChartOptions {
  readonly scale: 'linear' | 'log';
  /** The text of a value of the vertical axis. */
  readonly format: (value: number) => string;
  /** The highest value that there can be; default the highest there is. */
  readonly top?: number;
}

/** A range of an axis, and the values that it names. */
interface Axis {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
}

interface LineStyle {
  readonly width: number;
  readonly alpha: number;
  readonly dash: readonly number[];
}

const MARGIN = { left: 44, right: 12, top: 10, bottom: 24 } as const;
/** A round mark is seen around a square one in the same place. */
const ROUND = 5;
const SQUARE = 2.75;
/** Points on either side that a smooth line is made of. */
const SMOOTHING = 5;
/** Steps or seconds that the horizontal axis has at least. */
const SHORTEST = 5;

export class Chart {
  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  readonly #options: ChartOptions;

  constructor(canvas: HTMLCanvasElement, options: ChartOptions) {
    this.#canvas = canvas;
    this.#context = contextOf(canvas);
    this.#options = options;
  }

  draw(series: readonly Series[]): void {
    const { width, height } = this.#fit();
    const isLog = this.#options.scale === 'log';
    const places = series
      .flatMap(({ line, marks }) => [...line, ...marks])
      .filter(({ y }) => Number.isFinite(y) && (y > 0 || !isLog));
    const across = horizontalAxis(places.map(({ x }) => x));
    const up = this.#verticalAxis(places.map(({ y }) => y));
    const toX = (x: number): number =>
      MARGIN.left + ((x - across.low) / (across.high - across.low)) * (width - MARGIN.left - MARGIN.right);
    const share = this.#shareOf(up);
    const toY = (y: number): number => height - MARGIN.bottom - share(y) * (height - MARGIN.top - MARGIN.bottom);
    this.#drawAxes(across, up, toX, toY, width, height);
    const onCanvas = (ones: readonly Place[]): Place[] => ones.map(({ x, y }) => ({ x: toX(x), y: toY(y) }));
    for (const { color, line } of series) this.#drawLine(onCanvas(line), color, { width: 1, alpha: 0.3, dash: [] });
    for (const { color, line, isDashed } of series)
      this.#drawLine(onCanvas(smoothed(line)), color, { width: 2.25, alpha: 1, dash: isDashed ? [7, 4] : [] });
    for (const { color, marks, isDashed } of series) this.#drawMarks(onCanvas(marks), color, isDashed);
  }

  /** Gives the canvas as many pixels as the screen has for it. */
  #fit(): { width: number; height: number } {
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    const ratio = devicePixelRatio;
    const [columns, rows] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (this.#canvas.width !== columns || this.#canvas.height !== rows) {
      this.#canvas.width = columns;
      this.#canvas.height = rows;
    }
    this.#context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.#context.clearRect(0, 0, width, height);
    return { width, height };
  }

  #verticalAxis(values: readonly number[]): Axis {
    if (this.#options.scale === 'log') {
      const low = values.length > 0 ? lowest(values) : 0.1;
      const ticks = logTicks(low, values.length > 0 ? Math.max(highest(values), 2 * low) : 2.5);
      return { low: ticks[0] ?? 0.1, high: ticks.at(-1) ?? 1, ticks };
    }
    const top = this.#options.top ?? highest(values);
    const ticks = linearTicks(values.length > 0 ? Math.min(lowest(values), top * 0.9) : 0, top, 5);
    return { low: ticks[0] ?? 0, high: top, ticks };
  }

  #shareOf({ low, high }: Axis): (value: number) => number {
    if (this.#options.scale === 'linear') return (value) => (value - low) / (high - low);
    const span = Math.log(high / low);
    return (value) => Math.log(Math.max(value, low) / low) / span;
  }

  #drawAxes(
    across: Axis,
    up: Axis,
    toX: (x: number) => number,
    toY: (y: number) => number,
    width: number,
    height: number,
  ): void {
    const context = this.#context;
    context.font = `12px ${getComputedStyle(this.#canvas).fontFamily}`;
    context.fillStyle = colorOf('muted');
    context.strokeStyle = colorOf('line');
    context.lineWidth = 1;
    context.setLineDash([]);
    context.textAlign = 'right';
    context.textBaseline = 'middle';
    for (const tick of up.ticks) {
      const y = Math.round(toY(tick)) + 0.5;
      context.beginPath();
      context.moveTo(MARGIN.left, y);
      context.lineTo(width - MARGIN.right, y);
      context.stroke();
      context.fillText(this.#options.format(tick), MARGIN.left - 8, y);
    }
    context.textBaseline = 'alphabetic';
    for (const tick of across.ticks) {
      const x = toX(tick);
      context.textAlign = x > width - 2 * MARGIN.right ? 'right' : 'center';
      context.fillText(String(tick), x > width - 2 * MARGIN.right ? width - 2 : x, height - 6);
    }
  }

  #drawLine(places: readonly Place[], color: string, { width, alpha, dash }: LineStyle): void {
    const context = this.#context;
    context.strokeStyle = colorOf(color);
    context.lineWidth = width;
    context.lineJoin = 'round';
    context.globalAlpha = alpha;
    context.setLineDash([...dash]);
    context.beginPath();
    for (const { x, y } of places) context.lineTo(x, y);
    context.stroke();
    context.globalAlpha = 1;
    context.setLineDash([]);
  }

  #drawMarks(places: readonly Place[], color: string, isSquare: boolean): void {
    const context = this.#context;
    context.fillStyle = colorOf(color);
    context.strokeStyle = colorOf('card');
    context.lineWidth = 1.5;
    for (const { x, y } of places) {
      context.beginPath();
      if (isSquare) context.rect(x - SQUARE, y - SQUARE, 2 * SQUARE, 2 * SQUARE);
      else context.arc(x, y, ROUND, 0, 2 * Math.PI);
      context.stroke();
      context.fill();
    }
  }
}

/** Means over the points around each, so that a trend is seen through the noise of batches. It begins with the first point. */
function smoothed(line: readonly Place[]): readonly Place[] {
  return line.map(({ x }, index) => {
    const reach = Math.min(SMOOTHING, index);
    const around = line.slice(index - reach, index + reach + 1);
    return { x, y: around.reduce((sum, { y }) => sum + y, 0) / around.length };
  });
}

function horizontalAxis(values: readonly number[]): Axis {
  const high = Math.max(values.length > 0 ? highest(values) : 0, SHORTEST);
  return { low: 0, high, ticks: linearTicks(0, high, 5).filter((tick) => tick <= high) };
}

function lowest(values: readonly number[]): number {
  return values.reduce((low, value) => Math.min(low, value), Infinity);
}

function highest(values: readonly number[]): number {
  return values.reduce((high, value) => Math.max(high, value), -Infinity);
}
