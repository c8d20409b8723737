/**
 * `npm run gpu:digits`: the model of the digits trains in headless Chromium on WebGPU and WebGL2, in software, and must
 * come to within half a percent of the accuracy that wasm reaches with the same seed. `--digits 12000`, `--epochs 3`.
 */
import { parseArgs } from 'node:util';
import { loadDigits, type Digits as LoadedDigits } from '../../examples/data/mnist.ts';
import { openPage } from './chromium.ts';
import { trainDigits, type Digits, type TrainedDigits } from './train-digits.ts';

const MOST_APART = 0.005;
const BATCH_SIZE = 64;

const { values } = parseArgs({
  options: {
    digits: { type: 'string', default: '4000' },
    test: { type: 'string', default: '2000' },
    epochs: { type: 'string', default: '2' },
    mode: { type: 'string', default: 'webgpu,webgl2' },
  },
});
const options = { epochs: Number(values.epochs), batchSize: BATCH_SIZE };
const train = digitsOf(loadDigits('train', Number(values.digits)));
const test = digitsOf(loadDigits('t10k', Number(values.test)));

const reference = await trainDigits({ train, test, ...options });
report('wasm', reference);
const files = new Map(
  Object.entries({ train, test }).flatMap(([part, { images, labels }]) => [
    [`/${part}-images.bin`, bytesOf(images)],
    [`/${part}-labels.bin`, bytesOf(labels)],
  ]),
);
const { page, close } = await openPage('dist/test/gpu/page-digits.js', { files });
try {
  for (const mode of values.mode.split(',')) {
    const trained = (await page.evaluate(`digits.train('${mode}', ${JSON.stringify(options)})`)) as TrainedDigits;
    report(mode, trained);
    if (Math.abs(trained.accuracy - reference.accuracy) <= MOST_APART) continue;
    console.error(`${mode} is more than ${100 * MOST_APART} % apart from wasm.`);
    process.exitCode = 1;
  }
} finally {
  await close();
}

function digitsOf({ images, labels }: LoadedDigits): Digits {
  return { images: images.data, labels: Float32Array.from(labels.data) };
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function report(name: string, { accuracy, losses, seconds }: TrainedDigits): void {
  const shown = losses.map((loss) => loss.toFixed(4)).join(', ');
  console.log(
    `${name.padEnd(7)} ${values.digits} digits, ${values.epochs} epochs: ${(100 * accuracy).toFixed(2)} % of ${values.test} held-out digits; losses ${shown}; ${seconds.toFixed(1)} s`,
  );
}
