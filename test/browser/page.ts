/**
 * The page of examples/browser, built and served, in headless Chromium: it trains on wasm and in each mode of GPU.js side
 * by side, classifies what the mouse draws meanwhile, stays responsive, and gives its models as files that Node reads.
 * Only the worker that runs GPU.js may make code from text. `GRADTAPE_PICTURES=FOLDER` keeps pictures of the page.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type * as gt from 'gradtape';
import { fromKeras } from 'gradtape/keras';
import { buildPage } from '../../examples/browser/build.ts';
import { loadDigits } from '../../examples/data/mnist.ts';
import {
  DEVICES,
  DigitsPage,
  responsiveness,
  until,
  watch,
  WINDOW,
  type PageStroke,
  type PerDevice,
} from './digits-page.ts';
import { serveFolder } from './serve-folder.ts';
import { chromiumPath, playwright, type Page } from './tools.ts';

t.setTimeout(900_000);

/** Steps of the curves before training is stopped: on the graphics card few, because software stands in for it. */
const ENOUGH_STEPS = { wasm: 500, gpu: 12 } as const;
/** Milliseconds that the page may take for one thing: in software, beside other work. */
const PATIENCE = 300_000;
/**
 * Milliseconds that input may wait for the page, 99 times of 100. Two trainings and the graphics card in software want both
 * processors: what the page waits for them now and then, an idle page beside it waits too.
 */
const LONGEST_WAIT = 250;
/** The bars have three decimals; as much again for sums in float32 in another order. */
const BAR_TOLERANCE = 1e-3;

/** Held-out digits that the file of the whole training is judged by, and how many of them must be right. */
const JUDGED = 500;
const LEARNED = 0.9;
/** The loss of a model that knows nothing. */
const UNINFORMED = Math.log(10);

/** Small, and far from the middle. */
const DRAWINGS: readonly (readonly [digit: number, strokes: readonly PageStroke[]])[] = [
  [
    7,
    [
      [
        [0.1, 0.12],
        [0.4, 0.1],
        [0.27, 0.5],
      ],
    ],
  ],
  [
    1,
    [
      [
        [0.82, 0.45],
        [0.8, 0.9],
      ],
    ],
  ],
  [0, [arc({ x: 0.65, y: 0.3, width: 0.13, height: 0.22, from: 0, to: 1 })]],
  [
    3,
    [
      [
        ...arc({ x: 0.3, y: 0.3, width: 0.16, height: 0.13, from: -0.42, to: 0.25 }),
        ...arc({ x: 0.3, y: 0.58, width: 0.18, height: 0.15, from: -0.25, to: 0.42 }),
      ],
    ],
  ],
];

const folder = mkdtempSync(join(tmpdir(), 'gradtape-page-'));
t.teardown(() => rmSync(folder, { recursive: true, force: true }));
const pictures = process.env['GRADTAPE_PICTURES'];

t.before(() => buildPage(folder));

for (const mode of ['webgpu', 'webgl2'] as const) {
  t.test(`the page trains on wasm and on ${mode} side by side`, async (t) => {
    const { page, idlePage, lines, close } = await openPage();
    t.teardown(close);
    const digits = new DigitsPage(page);
    const [seven] = DRAWINGS;
    await digits.draw(seven?.[1] ?? []);
    await Promise.all([watch(page), watch(idlePage)]);
    await page.fill('#epochs', '20');
    await page.selectOption('#mode', mode);
    await digits.watchGuesses();
    await page.click('#start');

    const guesses = await guessesUntilLearned(digits);
    await checkResponsiveness(t, page, idlePage);
    t.match(await digits.text('#gpu .subtitle'), mode === 'webgpu' ? 'WebGPU' : 'WebGL 2');
    for (const device of DEVICES) {
      t.comment(`${device}: ${await digits.text(`#${device} .rate`)} steps per second`);
      const loss = Number(await digits.text(`#${device} [data-field=loss]`));
      t.ok(loss < UNINFORMED, `${device}: the loss falls to ${loss}`);
      t.ok(guesses[device] > 1, `${device}: ${guesses[device]} guesses at one drawing while it learned`);
    }
    if (pictures !== undefined) await digits.takePictures(join(pictures, mode));

    await page.click('#stop');
    await until('both devices have stopped', PATIENCE, async () => {
      const states = await Promise.all(DEVICES.map((device) => digits.text(`#${device} .state`)));
      return states.every((state) => /^(Stopped|Trained)/.test(state));
    });
    for (const [digit, strokes] of DRAWINGS) {
      await page.click('#clear');
      await digits.draw(strokes);
      await until(
        `the trained model sees a ${digit}`,
        PATIENCE,
        async () => best((await digits.bars()).wasm) === digit,
      );
    }
    await checkFiles(t, page, digits);
    for (const width of [360, WINDOW.width])
      t.ok((await digits.excessWidth(width)) <= 0, `everything fits a width of ${width}`);
    t.strictSame(
      lines.filter((line) => !line.startsWith('gradtape: ')),
      [],
      'nothing else stands in the console',
    );
  });
}

/** Waits until both curves have points. @returns how many different guesses at the drawing each device has shown */
async function guessesUntilLearned(digits: DigitsPage): Promise<PerDevice<number>> {
  await until('both curves have points', PATIENCE, async () => {
    const failure = await digits.failure();
    if (failure !== undefined) throw new Error(`the page tells of a failure: ${failure}`);
    const steps = await digits.steps();
    return DEVICES.every((device) => steps[device] >= ENOUGH_STEPS[device]);
  });
  return digits.guessCounts();
}

async function checkResponsiveness(t: Test, page: Page, idlePage: Page): Promise<void> {
  const { input, frames } = await responsiveness(page);
  t.comment(`waits for the page: ${JSON.stringify({ input, frames })}`);
  t.comment(`for an idle page beside it: ${JSON.stringify(await responsiveness(idlePage))}`);
  t.ok(input.common < LONGEST_WAIT, `the page answers within ${LONGEST_WAIT} ms: ${input.common}`);
  t.ok(frames.count > 0, 'frames were drawn');
}

/** The page's own policy stands in its head; a worker has that of its file. */
function policyOf(path: string): string {
  if (path.includes('gpu-worker')) return "script-src 'self' 'unsafe-eval'";
  if (path.includes('wasm-worker')) return "script-src 'self' 'wasm-unsafe-eval'";
  return "script-src 'self'";
}

interface OpenedPage {
  readonly page: Page;
  /** Empty, in a process of its own. */
  readonly idlePage: Page;
  readonly lines: readonly string[];
  readonly close: () => Promise<void>;
}

async function openPage(): Promise<OpenedPage> {
  const { url, close } = await serveFolder(folder, policyOf);
  const browser = await playwright().chromium.launch({
    executablePath: chromiumPath(),
    args: ['--no-sandbox', '--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader', '--enable-unsafe-swiftshader'],
  });
  const [idlePage, page] = [await browser.newPage(), await browser.newPage()];
  const lines: string[] = [];
  page.on('pageerror', (error) => lines.push(String(error)));
  page.on('console', (message) => lines.push(message.text()));
  await page.setViewportSize(WINDOW);
  await page.goto(url);
  return {
    page,
    idlePage,
    lines,
    close: async () => {
      await browser.close();
      close();
    },
  };
}

/** Each device's model, taken down, gives Node the probabilities that the page shows. */
async function checkFiles(t: Test, page: Page, digits: DigitsPage): Promise<void> {
  await page.click('#clear');
  await until('an empty field has no bars', PATIENCE, async () => {
    const bars = await digits.bars();
    return DEVICES.every((device) => bars[device].every((bar) => bar === 0));
  });
  await page.click('#sample');
  await until('both models see the held-out digit', PATIENCE, async () => {
    const bars = await digits.bars();
    return DEVICES.every((device) => bars[device].some((bar) => bar > 0));
  });
  const bars = await digits.bars();
  const { images, labels } = loadDigits('t10k', JUDGED);
  for (const device of DEVICES) {
    const { name, bytes } = await digits.download(device);
    t.equal(name, `digits-${device}.keras`);
    const net = await fromKeras(bytes);
    const probabilities = (await net.predict(images, { verbose: 0 })) as gt.Tensor;
    const differences = bars[device].map((bar, digit) => Math.abs(bar - (probabilities.data[digit] ?? NaN)));
    t.ok(Math.max(...differences) <= BAR_TOLERANCE, `${device}: Node differs by ${Math.max(...differences)}`);
    const { accuracy = NaN } = await net.evaluate(images, labels, { verbose: 0, returnDict: true });
    if (device === 'wasm') t.ok(accuracy > LEARNED, `the file's model has learned: ${accuracy}`);
  }
}

function best(probabilities: readonly number[]): number {
  return probabilities.indexOf(Math.max(...probabilities));
}

interface Arc {
  /** The middle of the ellipse, and half its sizes. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Turns, clockwise from the right. */
  readonly from: number;
  readonly to: number;
}

function arc({ x, y, width, height, from, to }: Arc): PageStroke {
  return Array.from({ length: 13 }, (_, index) => {
    const angle = 2 * Math.PI * (from + ((to - from) * index) / 12);
    return [x + width * Math.cos(angle), y + height * Math.sin(angle)] as const;
  });
}
