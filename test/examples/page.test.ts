/** The parts of the page that compute something: its file of digits, drawings as pictures of MNIST, points of curves, axes. */
import t from 'tap';
import { PIXELS, SIDE } from '../../examples/data/pixels.ts';
import { decodeDigits, encodeDigits } from '../../examples/browser/page/digits.ts';
import { centerOfMass, pixelsOf, type Stroke } from '../../examples/browser/page/ink.ts';
import { ProgressMeter } from '../../examples/browser/page/progress-meter.ts';
import { linearTicks, logTicks } from '../../examples/browser/page/ticks.ts';

const SEVEN: Stroke = [
  { x: 20, y: 20 },
  { x: 60, y: 20 },
  { x: 40, y: 90 },
];

/** Float32 holds positions of pixels to about 2e-6; ink changes by one from one pixel to the next. */
const SAME_PICTURE = 1e-5;

function moved(stroke: Stroke, { scale = 1, x = 0, y = 0 }): Stroke {
  return stroke.map((point) => ({ x: point.x * scale + x, y: point.y * scale + y }));
}

function apart(a: Float32Array | undefined, b: Float32Array | undefined): number {
  return Math.max(...Array.from({ length: PIXELS }, (_, index) => Math.abs((a?.[index] ?? NaN) - (b?.[index] ?? NaN))));
}

/** The first and last row and column that have ink. */
function box(pixels: Float32Array | undefined): { readonly width: number; readonly height: number } {
  const inked = Array.from(pixels ?? []).flatMap((ink, index) => (ink > 0 ? [index] : []));
  const range = (values: readonly number[]): number => Math.max(...values) - Math.min(...values) + 1;
  return {
    width: range(inked.map((index) => index % SIDE)),
    height: range(inked.map((index) => Math.floor(index / SIDE))),
  };
}

t.test('the file of digits gives back what was written', (t) => {
  const set = (count: number, first: number) => ({
    images: Uint8Array.from({ length: count * PIXELS }, (_, index) => (first + index) % 256),
    labels: Uint8Array.from({ length: count }, (_, index) => (first + index) % 10),
  });
  const digits = { training: set(3, 7), heldOut: set(2, 90) };
  const file = encodeDigits(digits);
  t.strictSame(decodeDigits(file.buffer), digits);
  t.throws(() => decodeDigits(file.buffer.slice(0, -1)), /has \d+ bytes; 3 and 2 digits need/);
  t.throws(() => decodeDigits(new ArrayBuffer(3)), RangeError);
  t.end();
});

t.test('a drawing gives the same picture wherever it stands and however large it is', (t) => {
  const picture = pixelsOf([SEVEN], 100);
  t.ok(apart(picture, pixelsOf([moved(SEVEN, { x: -15, y: 8 })], 100)) < SAME_PICTURE);
  t.ok(apart(picture, pixelsOf([moved(SEVEN, { scale: 0.3, x: 60 })], 100)) < SAME_PICTURE);
  t.ok(apart(picture, pixelsOf([moved(SEVEN, { scale: 4 })], 400)) < SAME_PICTURE);
  t.ok(apart(picture, pixelsOf([[...SEVEN].reverse()], 100)) < SAME_PICTURE, 'in either direction');
  t.end();
});

t.test('its ink fills a box of 20 pixels and weighs as much on either side of the middle', (t) => {
  const square: Stroke = [
    { x: 0, y: 0 },
    { x: 50, y: 0 },
    { x: 50, y: 50 },
    { x: 0, y: 50 },
    { x: 0, y: 0 },
  ];
  const picture = pixelsOf([square], 100) ?? new Float32Array();
  // The soft edge of a line covers a part of one more pixel on each side.
  const { width, height } = box(picture);
  t.ok(width >= 20 && width <= 22 && height === width, `${width} x ${height}`);
  for (const strokes of [[square], [SEVEN], [moved(SEVEN, { scale: 0.5 }), moved(SEVEN, { x: 30 })]]) {
    const { x, y } = centerOfMass(pixelsOf(strokes, 100) ?? new Float32Array());
    // MNIST itself was moved by whole pixels.
    t.ok(Math.max(Math.abs(x - SIDE / 2), Math.abs(y - SIDE / 2)) < 0.05, `center ${x}, ${y}`);
  }
  t.end();
});

t.test('a dot stays a dot, and nothing drawn is no picture', (t) => {
  const { width, height } = box(pixelsOf([[{ x: 30, y: 70 }]], 100));
  t.ok(width <= 4 && height <= 4, `${width} x ${height}`);
  t.equal(pixelsOf([], 100), undefined);
  t.equal(pixelsOf([[]], 100), undefined);
  t.end();
});

t.test('a point of a curve is the mean of its own steps, in every epoch', (t) => {
  const meter = new ProgressMeter();
  const losses = [5, 4, 3, 2, 1, 10, 20, 30, 40, 50];
  let sum = 0;
  for (const [index, loss] of losses.entries()) {
    const batch = index % 5;
    sum = batch === 0 ? loss : sum + loss;
    // As fit tells it: the mean over the epoch so far.
    meter.step(batch, { loss: sum / (batch + 1), accuracy: 0.5 });
  }
  const points = meter.report()?.points ?? [];
  t.strictSame(
    points.map(({ step, loss, accuracy }) => ({ step, loss: Number(loss.toFixed(9)), accuracy })),
    [
      { step: 5, loss: 3, accuracy: 0.5 },
      { step: 10, loss: 30, accuracy: 0.5 },
    ],
  );
  t.equal(meter.report(), undefined, 'the page is not told more often than it draws');
  t.strictSame(meter.flush().points, [], 'and nothing twice');
  const validation = meter.validation(1, { val_loss: 0.25, val_accuracy: 0.75 });
  t.match(validation, { epoch: 2, step: 10, loss: 0.25, accuracy: 0.75 });
  t.end();
});

t.test('an axis names round values that enclose its range', (t) => {
  t.strictSame(linearTicks(0, 1000, 5), [0, 200, 400, 600, 800, 1000]);
  t.strictSame(linearTicks(0.32, 1, 5), [0.2, 0.4, 0.6, 0.8, 1]);
  t.strictSame(linearTicks(0, 7, 5), [0, 2, 4, 6, 8]);
  t.strictSame(logTicks(0.03, 2.3), [0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5]);
  t.strictSame(logTicks(0.1, 1), [0.1, 0.2, 0.5, 1]);
  t.strictSame(logTicks(0.6, 0.7), [0.5, 1]);
  t.end();
});
