/** The card of a device: its speed, how far it is, and its model to take along. */
import type { DeviceRun, RunState } from './device-run.ts';
import { elementOf } from './elements.ts';
import { percent } from './guesses.ts';
import type { DeviceId } from './messages.ts';

const MODES: ReadonlyMap<string, string> = new Map([
  ['wasm', 'WebAssembly SIMD'],
  ['webgpu', 'WebGPU'],
  ['webgl2', 'WebGL 2'],
  ['webasm', 'GPU.js on WebAssembly'],
  ['cpu', 'GPU.js on the processor'],
]);

export class DevicePanel {
  readonly #card: HTMLElement;
  readonly #subtitle: HTMLElement;
  readonly #place: string;
  readonly #progress: HTMLProgressElement;
  readonly #download: HTMLButtonElement;
  readonly #fields = new Map<string, HTMLElement>();

  constructor(device: DeviceId, body: HTMLTemplateElement, onDownload: () => void) {
    this.#card = elementOf(`#${device}`, HTMLElement);
    this.#card.append(body.content.cloneNode(true));
    this.#subtitle = elementOf('.subtitle', HTMLElement, this.#card);
    this.#place = this.#subtitle.textContent;
    this.#progress = elementOf('progress', HTMLProgressElement, this.#card);
    this.#download = elementOf('.download', HTMLButtonElement, this.#card);
    this.#download.ariaLabel = `Download the ${device} model as a .keras file`;
    this.#download.addEventListener('click', onDownload);
    for (const field of this.#card.querySelectorAll<HTMLElement>('[data-field]'))
      this.#fields.set(field.dataset['field'] ?? '', field);
  }

  draw(run: DeviceRun | undefined): void {
    const { points = [], validations = [], stepsPerSecond, mode } = run ?? {};
    const validated = validations.at(-1);
    this.#write('rate', stepsPerSecond === undefined ? '–' : stepsPerSecond.toFixed(stepsPerSecond < 10 ? 1 : 0));
    this.#write('epoch', run ? `${Math.min(validations.length + 1, run.epochs)} of ${run.epochs}` : '–');
    this.#write('loss', points.at(-1)?.loss.toFixed(3) ?? '–');
    this.#write('accuracy', validated ? percent(validated.accuracy) : '–');
    this.#write('state', run ? describe(run.state) : 'Not started.');
    this.#field('state').classList.toggle('failed', run?.state.kind === 'failed');
    this.#progress.value = run?.progress ?? 0;
    this.#download.disabled = !run?.hasModel;
    const subtitle = mode === undefined ? this.#place : (MODES.get(mode) ?? mode);
    if (this.#subtitle.textContent !== subtitle) this.#subtitle.textContent = subtitle;
  }

  #write(field: string, text: string): void {
    const element = this.#field(field);
    if (element.textContent !== text) element.textContent = text;
  }

  #field(name: string): HTMLElement {
    const element = this.#fields.get(name);
    if (element) return element;
    throw new Error(`A device's card has no field '${name}'.`);
  }
}

function describe(state: RunState): string {
  switch (state.kind) {
    case 'opening':
      return 'Opening the device …';
    case 'preparing':
      return 'Compiling kernels …';
    case 'training':
      return 'Training.';
    case 'ended':
      return state.stopped ? 'Stopped. The model goes on classifying.' : 'Trained. The model goes on classifying.';
    case 'failed':
      return state.message;
  }
}
