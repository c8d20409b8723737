/** The field that a digit is drawn in, with the picture beside it that the models see. */
import { PIXELS, SIDE } from '../../data/pixels.ts';
import { colorOf, contextOf } from './elements.ts';
import { pixelsOf, type Point, type Stroke } from './ink.ts';

/** A line's share of the field's side. */
const PEN = 0.075;

/** A digit that was not drawn. */
export interface Sample {
  /** 0 to 1, `[28, 28]` row by row. */
  readonly pixels: Float32Array<ArrayBuffer>;
  readonly label: number;
}

export interface DrawingParts {
  readonly field: HTMLCanvasElement;
  readonly seen: HTMLCanvasElement;
  readonly placeholder: HTMLElement;
}

export class DrawingField {
  readonly #parts: DrawingParts;
  readonly #onChange: (pixels: Float32Array<ArrayBuffer> | null) => void;
  #strokes: Point[][] = [];
  #sample: Sample | undefined;
  #pixels: Float32Array<ArrayBuffer> | null = null;
  #isDrawn = true;

  /** @param onChange is given what models see of each new drawing, null for an empty field */
  constructor(parts: DrawingParts, onChange: (pixels: Float32Array<ArrayBuffer> | null) => void) {
    this.#parts = parts;
    this.#onChange = onChange;
    const { field } = parts;
    field.addEventListener('pointerdown', (event) => this.#begin(event));
    field.addEventListener('pointermove', (event) => this.#goOn(event));
    field.addEventListener('keydown', ({ key }) => {
      if (key === 'Escape' || key === 'Delete' || key === 'Backspace') this.clear();
    });
    this.redraw();
  }

  /** What models see now; null for an empty field. */
  get pixels(): Float32Array<ArrayBuffer> | null {
    return this.#pixels;
  }

  clear(): void {
    this.#strokes = [];
    this.#sample = undefined;
    this.#change();
  }

  show(sample: Sample): void {
    this.#strokes = [];
    this.#sample = sample;
    this.#change();
  }

  /** Draws again with the next frame, after a change of colors too. */
  redraw(): void {
    if (!this.#isDrawn) return;
    this.#isDrawn = false;
    requestAnimationFrame(() => {
      this.#isDrawn = true;
      this.#draw();
    });
  }

  #begin(event: PointerEvent): void {
    if (event.button !== 0) return;
    this.#parts.field.setPointerCapture(event.pointerId);
    this.#sample = undefined;
    this.#strokes.push([this.#placeOf(event)]);
    this.#change();
  }

  #goOn(event: PointerEvent): void {
    const stroke = this.#strokes.at(-1);
    if (!stroke || !this.#parts.field.hasPointerCapture(event.pointerId)) return;
    // A browser gathers the moves of a frame in one event.
    const moves = event.getCoalescedEvents();
    for (const move of moves.length > 0 ? moves : [event]) stroke.push(this.#placeOf(move));
    this.#change();
  }

  /** In shares of the field's side. */
  #placeOf(event: PointerEvent): Point {
    const { left, top, width, height } = this.#parts.field.getBoundingClientRect();
    return { x: (event.clientX - left) / width, y: (event.clientY - top) / height };
  }

  #change(): void {
    const strokes: readonly Stroke[] = this.#strokes;
    this.#pixels = this.#sample?.pixels ?? pixelsOf(strokes, 1) ?? null;
    const { field, placeholder } = this.#parts;
    placeholder.hidden = this.#pixels !== null;
    field.ariaLabel = `Drawing field, ${this.#describe()}`;
    this.redraw();
    this.#onChange(this.#pixels);
  }

  #describe(): string {
    if (this.#sample) return `a held-out digit, a ${this.#sample.label}`;
    return this.#strokes.length > 0 ? `strokes: ${this.#strokes.length}` : 'empty';
  }

  #draw(): void {
    const { field, seen } = this.#parts;
    const context = contextOf(field);
    context.clearRect(0, 0, field.width, field.height);
    const picture = pictureOf(this.#pixels);
    contextOf(seen).putImageData(picture, 0, 0);
    if (this.#sample) drawSample(context, this.#sample, field.width);
    context.strokeStyle = colorOf('text');
    context.lineWidth = PEN * field.width;
    context.lineCap = 'round';
    context.lineJoin = 'round';
    for (const stroke of this.#strokes) {
      context.beginPath();
      // A line of no length is a dot.
      for (const { x, y } of [stroke[0] as Point, ...stroke]) context.lineTo(x * field.width, y * field.height);
      context.stroke();
    }
  }
}

/** White on black, as MNIST has it. */
function pictureOf(pixels: Float32Array | null): ImageData {
  const picture = new ImageData(SIDE, SIDE);
  for (let i = 0; i < PIXELS; i++) {
    const ink = Math.round((pixels?.[i] ?? 0) * 255);
    picture.data.set([ink, ink, ink, 255], 4 * i);
  }
  return picture;
}

function drawSample(context: CanvasRenderingContext2D, { pixels }: Sample, side: number): void {
  context.fillStyle = colorOf('text');
  const size = side / SIDE;
  for (let i = 0; i < PIXELS; i++) {
    context.globalAlpha = pixels[i] ?? 0;
    context.fillRect((i % SIDE) * size, Math.floor(i / SIDE) * size, size, size);
  }
  context.globalAlpha = 1;
}
