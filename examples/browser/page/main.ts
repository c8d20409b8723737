/** The page: starts two trainings, draws what they tell, and gives them what is drawn. Nothing is computed here. */
import { PIXELS, scaledPixels } from '../../data/pixels.ts';
import { Chart, type Series } from './chart.ts';
import { DevicePanel } from './device-panel.ts';
import { DeviceRun } from './device-run.ts';
import { decodeDigits, type DigitSet } from './digits.ts';
import { DrawingField } from './drawing-field.ts';
import { elementOf } from './elements.ts';
import { Guesses, percent } from './guesses.ts';
import type { DeviceId, GpuMode, TrainingPoint } from './messages.ts';

/** Milliseconds that a file waits to be saved. */
const KEPT = 60_000;
const DEVICES: readonly DeviceId[] = ['wasm', 'gpu'];

const form = elementOf('#controls', HTMLFormElement);
const modeField = elementOf('#mode', HTMLSelectElement);
const epochsField = elementOf('#epochs', HTMLInputElement);
const startButton = elementOf('#start', HTMLButtonElement);
const stopButton = elementOf('#stop', HTMLButtonElement);
const messageField = elementOf('#message', HTMLElement);
const sampleButton = elementOf('#sample', HTMLButtonElement);
const lossCanvas = elementOf('#loss-chart', HTMLCanvasElement);
const accuracyCanvas = elementOf('#accuracy-chart', HTMLCanvasElement);

const runs = new Map<DeviceId, DeviceRun>();
const body = elementOf('#device-body', HTMLTemplateElement);
const panels = new Map(
  DEVICES.map((device) => [device, new DevicePanel(device, body, () => runs.get(device)?.save())]),
);
const lossChart = new Chart(lossCanvas, { scale: 'log', format: String });
const accuracyChart = new Chart(accuracyCanvas, {
  scale: 'linear',
  format: (value) => `${Math.round(value * 100)} %`,
  top: 1,
});
const guesses = new Guesses({
  verdicts: elementOf('#verdicts', HTMLElement),
  bars: elementOf('#bars', HTMLElement),
  sentence: elementOf('#verdict-text', HTMLElement),
});
const drawing = new DrawingField(
  {
    field: elementOf('#field', HTMLCanvasElement),
    seen: elementOf('#seen', HTMLCanvasElement),
    placeholder: elementOf('#placeholder', HTMLElement),
  },
  (pixels) => {
    for (const run of runs.values()) run.classify(pixels);
    drawSoon(false);
  },
);

let digits: Promise<ArrayBuffer> | undefined;
let samples = 0;
let isDrawingSoon = false;
let areCurvesOld = false;

form.addEventListener('submit', (event) => {
  event.preventDefault();
  void start().catch(showError);
});
stopButton.addEventListener('click', () => {
  for (const run of runs.values()) run.stop();
});
elementOf('#clear', HTMLButtonElement).addEventListener('click', () => drawing.clear());
sampleButton.addEventListener('click', () => void showSample().catch(showError));
for (const input of document.querySelectorAll('[name=axis]')) input.addEventListener('change', () => drawSoon(true));
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
  drawing.redraw();
  drawSoon(true);
});
new ResizeObserver(() => drawSoon(true)).observe(lossCanvas);
drawSoon(true);

async function start(): Promise<void> {
  startButton.disabled = true;
  const file = await loadDigits().finally(() => (startButton.disabled = false));
  const epochs = epochsField.valueAsNumber;
  const mode = modeField.value === '' ? undefined : (modeField.value as GpuMode);
  for (const device of DEVICES) {
    runs.get(device)?.close();
    const run = new DeviceRun(
      device,
      { digits: file, epochs, mode },
      {
        onChange: drawSoon,
        onSaved: (bytes) => download(bytes, `digits-${device}.keras`),
      },
    );
    run.classify(drawing.pixels);
    runs.set(device, run);
  }
  drawSoon(true);
}

/** The file of digits, fetched once. */
function loadDigits(): Promise<ArrayBuffer> {
  messageField.textContent = digits ? '' : 'Loading the digits …';
  digits ??= fetch(new URL('digits.bin', document.baseURI))
    .then(async (response) => {
      if (!response.ok) throw new Error(`The digits could not be loaded: ${response.status} ${response.statusText}.`);
      const file = await response.arrayBuffer();
      messageField.textContent = '';
      return file;
    })
    .catch((error: unknown) => {
      digits = undefined;
      throw error;
    });
  return digits;
}

/** The next of the digits that training does not see. */
async function showSample(): Promise<void> {
  const { heldOut } = decodeDigits(await loadDigits());
  drawing.show(sampleOf(heldOut, samples++ % heldOut.labels.length));
}

function sampleOf({ images, labels }: DigitSet, index: number): { pixels: Float32Array<ArrayBuffer>; label: number } {
  return {
    pixels: scaledPixels(images.subarray(index * PIXELS, (index + 1) * PIXELS)),
    label: labels[index] ?? 0,
  };
}

function showError(error: unknown): void {
  messageField.textContent = error instanceof Error ? error.message : String(error);
}

function download(bytes: Uint8Array<ArrayBuffer>, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([bytes], { type: 'application/zip' }));
  link.download = name;
  link.click();
  // A browser may ask where to save before it reads.
  setTimeout(() => URL.revokeObjectURL(link.href), KEPT);
}

/** Draws once with the next frame, however much the workers tell before it. */
function drawSoon(curves: boolean): void {
  areCurvesOld ||= curves;
  if (isDrawingSoon) return;
  isDrawingSoon = true;
  requestAnimationFrame(() => {
    isDrawingSoon = false;
    draw();
    if (areCurvesOld) drawCurves();
    areCurvesOld = false;
  });
}

function draw(): void {
  for (const device of DEVICES) panels.get(device)?.draw(runs.get(device));
  stopButton.disabled = ![...runs.values()].some((run) => run.isBusy);
  guesses.draw({ wasm: runs.get('wasm')?.probabilities, gpu: runs.get('gpu')?.probabilities });
}

function drawCurves(): void {
  const axis =
    document.querySelector<HTMLInputElement>('[name=axis]:checked')?.value === 'seconds' ? 'seconds' : 'step';
  lossChart.draw(DEVICES.map((device) => seriesOf(device, axis, 'loss')));
  accuracyChart.draw(DEVICES.map((device) => seriesOf(device, axis, 'accuracy')));
  lossCanvas.ariaLabel = `Loss: ${describeLast('loss', (value) => value.toFixed(3))}`;
  accuracyCanvas.ariaLabel = `Accuracy: ${describeLast('accuracy', percent)}`;
}

function seriesOf(device: DeviceId, axis: 'step' | 'seconds', quantity: 'loss' | 'accuracy'): Series {
  const run = runs.get(device);
  const placeOf = (point: TrainingPoint): { x: number; y: number } => ({ x: point[axis], y: point[quantity] });
  return {
    color: device,
    isDashed: device === 'gpu',
    line: run?.points.map(placeOf) ?? [],
    marks: run?.validations.map(placeOf) ?? [],
  };
}

function describeLast(quantity: 'loss' | 'accuracy', format: (value: number) => string): string {
  const parts = DEVICES.flatMap((device) => {
    const point = runs.get(device)?.points.at(-1);
    return point ? [`${device} ${format(point[quantity])} after ${point.step} steps`] : [];
  });
  return parts.join(', ') || 'no points yet';
}
