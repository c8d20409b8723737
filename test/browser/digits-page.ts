/** Drives the page of examples/browser: what a user sees of it, and does. */
import { readFileSync } from 'node:fs';
import type { Page } from './tools.ts';

export const DEVICES = ['wasm', 'gpu'] as const;
export type PageDevice = (typeof DEVICES)[number];
export type PerDevice<Value> = Readonly<Record<PageDevice, Value>>;

/** Places x, y in shares of the field's side. */
export type PageStroke = readonly (readonly [x: number, y: number])[];

/** How long something had to be waited for, in milliseconds. */
export interface Waits {
  readonly count: number;
  /** 99 of 100 were not longer. */
  readonly common: number;
  readonly longest: number;
}

/** How a page kept up with its user. */
export interface Responsiveness {
  /** For the next call of a timer of 10 ms: so long input waits for the page. */
  readonly input: Waits;
  /** For the next frame. The browser draws it in the process that also runs WebGL. */
  readonly frames: Waits;
}

/** What the page is opened in. */
export const WINDOW = { width: 1400, height: 1000 } as const;

/** Milliseconds from one look at the page to the next. */
const LOOK = 100;

export class DigitsPage {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  async text(selector: string): Promise<string> {
    return (await this.#page.evaluate(`document.querySelector('${selector}').textContent.trim()`)) as string;
  }

  /** What a device's card says went wrong. */
  async failure(): Promise<string | undefined> {
    const text = "document.querySelector('.state.failed')?.textContent ?? null";
    return ((await this.#page.evaluate(text)) as string | null) ?? undefined;
  }

  /** Steps that each curve has come to; 0 without a point. */
  async steps(): Promise<PerDevice<number>> {
    const label = (await this.#page.evaluate("document.querySelector('#loss-chart').ariaLabel")) as string;
    const of = (device: PageDevice): number =>
      Number(new RegExp(`${device} \\S+ after (\\d+) steps`).exec(label)?.[1] ?? 0);
    return { wasm: of('wasm'), gpu: of('gpu') };
  }

  /** The heights of the ten bars, 0 to 1. */
  async bars(): Promise<PerDevice<readonly number[]>> {
    return (await this.#page.evaluate(`(() => {
      const height = (bar) => Number(bar.style.transform.replace(/[^0-9.]/g, ''));
      const of = (device) => [...document.querySelectorAll('.track.' + device + ' .bar')].map(height);
      return { wasm: of('wasm'), gpu: of('gpu') };
    })()`)) as PerDevice<number[]>;
  }

  /** Notes from now on every guess that the bars show, however short. */
  async watchGuesses(): Promise<void> {
    await this.#page.evaluate(`(() => {
      globalThis.guesses = {};
      for (const device of ['wasm', 'gpu']) {
        const seen = (globalThis.guesses[device] = new Set());
        const bars = [...document.querySelectorAll('.track.' + device + ' .bar')];
        const look = () => seen.add(bars.map((bar) => bar.style.transform).join());
        const observer = new MutationObserver(look);
        for (const bar of bars) observer.observe(bar, { attributes: true, attributeFilter: ['style'] });
      }
    })()`);
  }

  /** How many different guesses the bars have shown since `watchGuesses`. */
  async guessCounts(): Promise<PerDevice<number>> {
    const counts = '({ wasm: globalThis.guesses.wasm.size, gpu: globalThis.guesses.gpu.size })';
    return (await this.#page.evaluate(counts)) as PerDevice<number>;
  }

  /** Draws with the mouse. */
  async draw(strokes: readonly PageStroke[]): Promise<void> {
    const { left, top, width, height } = (await this.#page.evaluate(
      "(() => { const f = document.querySelector('#field'); f.scrollIntoView({ block: 'center' }); return f.getBoundingClientRect().toJSON(); })()",
    )) as DOMRectLike;
    const { mouse } = this.#page;
    for (const stroke of strokes) {
      for (const [index, [x, y]] of stroke.entries()) {
        await mouse.move(left + x * width, top + y * height, { steps: 4 });
        if (index === 0) await mouse.down();
      }
      await mouse.up();
    }
  }

  /** The device's model, as the file that its button gives. */
  async download(device: PageDevice): Promise<{ readonly name: string; readonly bytes: Uint8Array }> {
    const [file] = await Promise.all([this.#page.waitForEvent('download'), this.#page.click(`#${device} .download`)]);
    return { name: file.suggestedFilename(), bytes: readFileSync(await file.path()) };
  }

  /** Pictures of the page under both color schemes and on a narrow screen. */
  async takePictures(prefix: string): Promise<void> {
    for (const [name, width, colorScheme] of [
      ['narrow', 360, 'light'],
      ['dark', WINDOW.width, 'dark'],
      ['light', WINDOW.width, 'light'],
    ] as const) {
      await this.#page.setViewportSize({ width, height: WINDOW.height });
      await this.#page.emulateMedia({ colorScheme });
      await pause(3 * LOOK);
      await this.#page.screenshot({ path: `${prefix}-${name}.png`, fullPage: true });
    }
    await this.#page.setViewportSize(WINDOW);
  }

  /** How much wider the page is than a window of this width. */
  async excessWidth(width: number): Promise<number> {
    await this.#page.setViewportSize({ width, height: WINDOW.height });
    return (await this.#page.evaluate('document.documentElement.scrollWidth - innerWidth')) as number;
  }
}

interface DOMRectLike {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Looks again and again. @throws Error when it does not become true in time, in milliseconds */
export async function until(what: string, patience: number, check: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + patience;
  while (!(await check())) {
    if (performance.now() > end) throw new Error(`After ${patience / 1000} s it is not true that ${what}.`);
    await pause(LOOK);
  }
}

function pause(time: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, time));
}

/** Begins to measure. Waiting in the page's own code would need `eval`, which its policy forbids. */
export async function watch(page: Page): Promise<void> {
  await page.evaluate(`(() => {
    const waits = (globalThis.waits = { input: [], frames: [] });
    const measure = (times) => {
      let last = performance.now();
      return () => {
        const now = performance.now();
        times.push(now - last);
        last = now;
      };
    };
    setInterval(measure(waits.input), 10);
    const onFrame = measure(waits.frames);
    requestAnimationFrame(function next() {
      onFrame();
      requestAnimationFrame(next);
    });
  })()`);
}

/** What was measured since `watch`. */
export async function responsiveness(page: Page): Promise<Responsiveness> {
  const { input, frames } = (await page.evaluate('globalThis.waits')) as Readonly<Record<string, readonly number[]>>;
  return { input: waitsOf(input ?? []), frames: waitsOf(frames ?? []) };
}

function waitsOf(times: readonly number[]): Waits {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number): number => Math.round(sorted[Math.ceil(share * sorted.length) - 1] ?? Infinity);
  return { count: sorted.length, common: at(0.99), longest: at(1) };
}
