/** Writes one event file of TensorBoard: what one run logs, value by value. */
import { wallTime } from '../../clock.ts';
import type { FileSink } from '../sink.ts';
import { graphDef, type GraphDefNode } from './graph-def.ts';
import { histogramRows } from './histogram.ts';
import {
  experimentValue,
  sessionEndValue,
  sessionStartValue,
  type HParamExperiment,
  type HParamStatus,
  type HParamValue,
} from './hparams.ts';
import { MessageWriter } from './message-writer.ts';
import { encodePng, type Picture } from './png.ts';
import { recordOf } from './record.ts';
import {
  BLOB_SEQUENCE,
  doubleTensor,
  floatTensor,
  SCALAR,
  stringTensor,
  summaryValue,
  TENSOR,
} from './tensor-message.ts';

export interface EventWriterOptions {
  /** Takes the bytes; those of a file whose name contains `tfevents` are to be added to what it has. */
  readonly sink: FileSink;
  /** The folder of the run, such as `logs/train`; `''` for none. */
  readonly folder: string;
  /** Who writes, in the file's name: computer and process. Default `'gradtape.0'`. */
  readonly source?: string;
  /** Seconds since 1970, for each event. Default the clock. */
  readonly clock?: () => number;
}

/** Files that this program has begun: a number in the name keeps two of one second apart. */
let files = 0;

/** Values are kept until `flush`; the file begins with the first one. */
export class EventWriter {
  /** The name of the file, with its folder. */
  readonly name: string;
  readonly #sink: FileSink;
  readonly #clock: () => number;
  #pending: Uint8Array[] = [];

  constructor({ sink, folder, source = 'gradtape.0', clock = wallTime }: EventWriterOptions) {
    this.#sink = sink;
    this.#clock = clock;
    const seconds = String(Math.floor(clock())).padStart(10, '0');
    this.name = `${folder === '' ? '' : `${folder}/`}events.out.tfevents.${seconds}.${source}.${files++}.v2`;
    this.#record(new MessageWriter().double(1, clock()).text(3, 'brain.Event:2'));
  }

  /** A number at a step. */
  scalar(tag: string, value: number, step: number): void {
    this.#value(step, summaryValue(tag, { name: 'scalars', dataClass: SCALAR }, floatTensor([], [value])));
  }

  /** How values are spread at a step, in buckets of one width. */
  histogram(tag: string, values: ArrayLike<number>, step: number): void {
    const rows = histogramRows(values);
    const tensor = doubleTensor([rows.length / 3, 3], rows);
    this.#value(step, summaryValue(tag, { name: 'histograms', dataClass: TENSOR }, tensor));
  }

  /** Pictures of one size at a step. */
  async images(tag: string, pictures: readonly Picture[], step: number): Promise<void> {
    const { width = 0, height = 0 } = pictures[0] ?? {};
    const encoded = await Promise.all(pictures.map(encodePng));
    const tensor = stringTensor([2 + encoded.length], [String(width), String(height), ...encoded]);
    this.#value(step, summaryValue(tag, { name: 'images', dataClass: BLOB_SEQUENCE }, tensor));
  }

  /** A text in Markdown at a step. */
  text(tag: string, text: string, step: number): void {
    this.#value(step, summaryValue(tag, { name: 'text', dataClass: TENSOR }, stringTensor([], [text])));
  }

  /** The graph of the run, which its page shows first. */
  graph(nodes: readonly GraphDefNode[]): void {
    this.#record(new MessageWriter().double(1, this.#clock()).bytes(4, graphDef(nodes)));
  }

  /** The conceptual graph of a model, from Keras's JSON. */
  kerasGraph(json: string): void {
    // TensorBoard itself sets the data class of this plugin, and the shape that belongs to it.
    const plugin = { name: 'graph_keras_model', content: new TextEncoder().encode('1') };
    this.#value(0, summaryValue('keras', plugin, stringTensor([], [json])));
  }

  /** In the root of a log folder: the hyperparameters and metrics of its runs. */
  hparamExperiment(experiment: HParamExperiment): void {
    this.#value(0, experimentValue(experiment, this.#clock()));
  }

  /** In the folder of a run: the values of its hyperparameters. */
  hparamStart(hparams: Readonly<Record<string, HParamValue>>, group?: string): void {
    const time = this.#clock();
    this.#value(0, sessionStartValue(hparams, group === undefined ? { time } : { group, time }));
  }

  /** In the folder of a run: how it ended. */
  hparamEnd(status: HParamStatus): void {
    this.#value(0, sessionEndValue(status, this.#clock()));
  }

  /** Gives the sink what has come since the last time. */
  async flush(): Promise<void> {
    if (this.#pending.length === 0) return;
    const records = this.#pending;
    this.#pending = [];
    const bytes = new Uint8Array(records.reduce((sum, record) => sum + record.length, 0));
    let at = 0;
    for (const record of records) {
      bytes.set(record, at);
      at += record.length;
    }
    await this.#sink(this.name, bytes);
  }

  #value(step: number, value: MessageWriter): void {
    const summary = new MessageWriter().message(1, value);
    this.#record(new MessageWriter().double(1, this.#clock()).number(2, step).message(5, summary));
  }

  #record(event: MessageWriter): void {
    this.#pending.push(recordOf(event.finish()));
  }
}
