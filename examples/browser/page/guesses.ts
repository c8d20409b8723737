/** What each device's model takes the drawing for: its digit, and bars of all ten probabilities. */
import { addElement } from './elements.ts';
import type { DeviceId } from './messages.ts';

const DIGITS = 10;
/** Milliseconds between two sentences for those who listen. */
const SENTENCE_INTERVAL = 1500;

/** Probabilities of the digits 0 to 9; undefined while there are none. */
export type Guess = Float32Array | undefined;

export interface GuessParts {
  readonly verdicts: HTMLElement;
  readonly bars: HTMLElement;
  /** Read out when the digit changes. */
  readonly sentence: HTMLElement;
}

interface Column {
  readonly digit: HTMLElement;
  readonly bars: Readonly<Record<DeviceId, HTMLElement>>;
}

interface Verdict {
  readonly digit: HTMLElement;
  readonly text: HTMLElement;
}

export class Guesses {
  readonly #sentence: HTMLElement;
  readonly #columns: readonly Column[];
  readonly #verdicts: Readonly<Record<DeviceId, Verdict>>;
  #spoken = '';
  #lastSpoken = -Infinity;

  constructor({ verdicts, bars, sentence }: GuessParts) {
    this.#sentence = sentence;
    this.#columns = Array.from({ length: DIGITS }, (_, digit) => columnOf(bars, digit));
    this.#verdicts = { wasm: verdictOf(verdicts, 'wasm'), gpu: verdictOf(verdicts, 'gpu') };
  }

  draw(guesses: Readonly<Record<DeviceId, Guess>>): void {
    const best = { wasm: bestOf(guesses.wasm), gpu: bestOf(guesses.gpu) };
    for (const device of ['wasm', 'gpu'] as const) {
      const guess = guesses[device];
      const { digit, text } = this.#verdicts[device];
      digit.textContent = String(best[device] ?? '–');
      text.textContent = guess ? `${device}\n${percent(guess[best[device] ?? 0] ?? 0)}` : device;
      for (const [index, { bars }] of this.#columns.entries())
        bars[device].style.transform = `scaleY(${(guess?.[index] ?? 0).toFixed(3)})`;
    }
    for (const [index, { digit }] of this.#columns.entries())
      digit.classList.toggle('best', index === best.wasm || index === best.gpu);
    this.#speak(best);
  }

  #speak(best: Readonly<Record<DeviceId, number | undefined>>): void {
    const sentence = (['wasm', 'gpu'] as const)
      .filter((device) => best[device] !== undefined)
      .map((device) => `${device} says ${best[device]}`)
      .join(', ');
    const time = performance.now();
    if (sentence === this.#spoken || time - this.#lastSpoken < SENTENCE_INTERVAL) return;
    this.#spoken = sentence;
    this.#lastSpoken = time;
    this.#sentence.textContent = sentence;
  }
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(share > 0.9995 ? 0 : 1)} %`;
}

function columnOf(parent: Element, digit: number): Column {
  const column = addElement(parent, 'div', 'digit');
  const bars = {
    wasm: addElement(addElement(column, 'div', 'track wasm'), 'div', 'bar'),
    gpu: addElement(addElement(column, 'div', 'track gpu'), 'div', 'bar'),
  };
  addElement(column, 'span').textContent = String(digit);
  return { digit: column, bars };
}

function verdictOf(parent: Element, device: DeviceId): Verdict {
  const verdict = addElement(parent, 'div', `verdict ${device}`);
  return { digit: addElement(verdict, 'b'), text: addElement(verdict, 'span') };
}

function bestOf(guess: Guess): number | undefined {
  return guess && guess.reduce((best, value, index) => (value > (guess[best] ?? 0) ? index : best), 0);
}
