/**
 * A worker's side: trains the model of digits on a device that its caller opens. Between the steps of training it
 * classifies the drawing with the weights as they are, and hands out the model.
 */
import * as gt from 'gradtape';
import { toKeras } from 'gradtape/keras';
import { scaledPixels, SIDE } from '../../data/pixels.ts';
import { digitsModel } from '../../support/digits-model.ts';
import { decodeDigits, type DigitSet } from './digits.ts';
import type { FromWorker, GpuMode, ToWorker } from './messages.ts';
import { ProgressMeter } from './progress-meter.ts';

const BATCH = 64;
/** Milliseconds from one classification to the next while training goes on: the eye sees no more. */
const CLASSIFY_INTERVAL = 80;
/** Both devices begin with the same weights and see the same batches. */
const SEED = 7;

type Digits = readonly [x: gt.ArrayData, y: gt.ArrayData];

/**
 * Answers the page's messages.
 * @param openDevice makes the device the default, in a mode that only a graphics card has
 */
export function serveTrainer(openDevice: (mode: GpuMode | undefined) => Promise<void>): void {
  const trainer = new Trainer(openDevice);
  addEventListener('message', ({ data }: MessageEvent<ToWorker>) => trainer.receive(data));
}

class Trainer {
  readonly #openDevice: (mode: GpuMode | undefined) => Promise<void>;
  readonly #stopping = new AbortController();
  #net: gt.Model | undefined;
  #classify: ((pixels: gt.Tensor) => Promise<gt.Tensor>) | undefined;
  #isTraining = false;
  /** What the page wants when nothing trains, one after the other. */
  #work: Promise<void> = Promise.resolve();
  #drawing: Extract<ToWorker, { kind: 'classify' }> | undefined;
  #isDrawingNew = false;
  #isSaveWanted = false;
  #lastClassified = -Infinity;

  constructor(openDevice: (mode: GpuMode | undefined) => Promise<void>) {
    this.#openDevice = openDevice;
  }

  receive(message: ToWorker): void {
    switch (message.kind) {
      case 'train':
        void this.#train(message).catch(fail);
        return;
      case 'stop':
        this.#stopping.abort();
        return;
      case 'classify':
        this.#drawing = message;
        this.#isDrawingNew = true;
        break;
      case 'save':
        this.#isSaveWanted = true;
        break;
    }
    if (!this.#isTraining) this.#work = this.#work.then(() => this.#serve()).catch(fail);
  }

  async #train({ digits, epochs, mode }: Extract<ToWorker, { kind: 'train' }>): Promise<void> {
    this.#isTraining = true;
    await this.#openDevice(mode);
    gt.seed(SEED);
    const net = digitsModel();
    const classify = gt.compile((pixels: gt.Tensor) => net(pixels));
    const { training, heldOut } = decodeDigits(digits);
    const stepsPerEpoch = Math.ceil(training.labels.length / BATCH);
    const { device } = classify.program(gt.zeros([1, SIDE, SIDE, 1]));
    send({ kind: 'opened', mode: modeOf(device), stepsPerEpoch });
    this.#net = net;
    this.#classify = classify;
    const stopped = await this.#fit(net, dataOf(training), dataOf(heldOut), epochs);
    this.#isTraining = false;
    await (this.#work = this.#serve());
    send({ kind: 'ended', stopped });
  }

  /** @returns whether training was stopped before its last epoch */
  async #fit(net: gt.Model, [x, y]: Digits, heldOut: Digits, epochs: number): Promise<boolean> {
    const { signal } = this.#stopping;
    const meter = new ProgressMeter();
    const serve = (): Promise<void> => this.#serve();
    const reports: gt.Callback = {
      async onTrainBatchEnd(batch, logs) {
        meter.step(batch, logs);
        const progress = meter.report();
        if (progress) send({ kind: 'progress', ...progress });
        await serve();
      },
      onTestBatchEnd: serve,
      onEpochEnd(epoch, logs) {
        send({ kind: 'progress', ...meter.flush() });
        send({ kind: 'validated', validation: meter.validation(epoch, logs) });
      },
    };
    try {
      await net.fit(x, y, {
        epochs,
        batchSize: BATCH,
        validationData: [...heldOut],
        validationBatchSize: BATCH,
        verbose: 0,
        callbacks: [gt.callbacks.reduceLROnPlateau({ monitor: 'val_loss', factor: 0.3, patience: 1 }), reports],
        signal,
      });
    } catch (error) {
      if (!signal.aborted) throw error;
    }
    return signal.aborted;
  }

  /** Does what the page wants, with the weights as they are. Nobody changes them meanwhile. */
  async #serve(): Promise<void> {
    if (!this.#net || !this.#classify) return;
    if (this.#isSaveWanted) {
      this.#isSaveWanted = false;
      const bytes = new Uint8Array(await toKeras(this.#net));
      send({ kind: 'saved', bytes }, [bytes.buffer]);
    }
    const isDue = this.#isTraining ? performance.now() - this.#lastClassified >= CLASSIFY_INTERVAL : this.#isDrawingNew;
    const { drawing = 0, pixels = null } = this.#drawing ?? {};
    if (pixels === null || !isDue) return;
    this.#isDrawingNew = false;
    const { data } = await this.#classify(gt.tensor(pixels, [1, SIDE, SIDE, 1]));
    this.#lastClassified = performance.now();
    send({ kind: 'classified', drawing, probabilities: data });
  }
}

function dataOf({ images, labels }: DigitSet): Digits {
  const count = labels.length;
  return [
    { data: scaledPixels(images), shape: [count, SIDE, SIDE, 1] },
    { data: labels, shape: [count] },
  ];
}

/** The mode of a graphics card, the name of another device. */
function modeOf(device: { readonly name: string; readonly mode?: string }): string {
  return device.mode ?? device.name;
}

function fail(error: unknown): void {
  send({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
}

function send(message: FromWorker, transfer: Transferable[] = []): void {
  postMessage(message, { transfer });
}
