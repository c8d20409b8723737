/**
 * A drawing as a picture of MNIST: its strokes fill a box of 20 x 20 pixels, and the centre of mass stands in the middle
 * of 28 x 28 (LeCun, Cortes, Burges). Strokes are drawn anew in that size, so that a small digit has no thin lines.
 */
import { PIXELS, SIDE } from '../../data/pixels.ts';

/** In any unit, x to the right and y down. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** The points that the pen passed; one point is a dot. */
export type Stroke = readonly Point[];

/** Pixels of the box that a digit fills. */
const BOX = 20;
/** Pixels from one side of a line to the other, as most of the digits have. */
const PEN = 2.6;
/** A drawing smaller than this share of the field is not made larger still: a dot stays a dot. */
const SMALLEST = 0.12;

/**
 * Pixels 0 to 1, `[28, 28]` row by row; undefined where nothing is drawn.
 * @param field the side of the square that the strokes were drawn in, in their unit
 */
export function pixelsOf(strokes: readonly Stroke[], field: number): Float32Array<ArrayBuffer> | undefined {
  const points = strokes.flat();
  if (points.length === 0) return undefined;
  const [left, right] = rangeOf(points.map(({ x }) => x));
  const [top, bottom] = rangeOf(points.map(({ y }) => y));
  const scale = (BOX - PEN) / Math.max(right - left, bottom - top, SMALLEST * field);
  const middle = { x: (left + right) / 2, y: (top + bottom) / 2 };
  const placed = (center: Point): Stroke[] =>
    strokes.map((stroke) =>
      stroke.map(({ x, y }) => ({ x: (x - middle.x) * scale + center.x, y: (y - middle.y) * scale + center.y })),
    );
  const boxed = centerOfMass(render(placed({ x: SIDE / 2, y: SIDE / 2 })));
  return render(placed({ x: SIDE - boxed.x, y: SIDE - boxed.y }));
}

/** Where the ink of a picture has its weight, in pixels from the upper left corner; the middle where there is none. */
export function centerOfMass(pixels: Float32Array): Point {
  let [sum, x, y] = [0, 0, 0];
  for (let i = 0; i < PIXELS; i++) {
    const ink = pixels[i] ?? 0;
    sum += ink;
    x += ink * ((i % SIDE) + 0.5);
    y += ink * (Math.floor(i / SIDE) + 0.5);
  }
  return sum > 0 ? { x: x / sum, y: y / sum } : { x: SIDE / 2, y: SIDE / 2 };
}

function rangeOf(values: readonly number[]): [number, number] {
  return values.reduce<[number, number]>(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Infinity, -Infinity],
  );
}

/** Lines with soft edges: a pixel is as dark as the pen covers it, told by the distance of its middle. */
function render(strokes: readonly Stroke[]): Float32Array<ArrayBuffer> {
  const pixels = new Float32Array(PIXELS);
  for (const stroke of strokes) {
    for (let i = 0; i < stroke.length; i++)
      renderSegment(pixels, stroke[Math.max(0, i - 1)] as Point, stroke[i] as Point);
  }
  return pixels;
}

function renderSegment(pixels: Float32Array, from: Point, to: Point): void {
  const reach = PEN / 2 + 0.5;
  const firstColumn = Math.max(0, Math.floor(Math.min(from.x, to.x) - reach));
  const lastColumn = Math.min(SIDE - 1, Math.floor(Math.max(from.x, to.x) + reach));
  const firstRow = Math.max(0, Math.floor(Math.min(from.y, to.y) - reach));
  const lastRow = Math.min(SIDE - 1, Math.floor(Math.max(from.y, to.y) + reach));
  for (let row = firstRow; row <= lastRow; row++) {
    for (let column = firstColumn; column <= lastColumn; column++) {
      const ink = Math.min(1, reach - distance({ x: column + 0.5, y: row + 0.5 }, from, to));
      const index = row * SIDE + column;
      if (ink > (pixels[index] ?? 0)) pixels[index] = ink;
    }
  }
}

/** Of a point from the nearest point of a line. */
function distance(point: Point, from: Point, to: Point): number {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = dx * dx + dy * dy;
  const along = length > 0 ? ((point.x - from.x) * dx + (point.y - from.y) * dy) / length : 0;
  const share = Math.min(1, Math.max(0, along));
  return Math.hypot(point.x - from.x - share * dx, point.y - from.y - share * dy);
}
