/**
 * The laws that every layer obeys, derived from its row: what a model, a file and a training step rely on without
 * asking. Each law is a function in layer-laws/.
 */
import { now } from '../clock.ts';
import { deviceNames } from '../devices/default-device.ts';
import type { Device } from '../devices/device.ts';
import { optionsOf } from '../errors.ts';
import { clearSession } from '../layers/naming.ts';
import { Book } from './layer-laws/book.ts';
import { configLaw, saveLaw } from './layer-laws/configs.ts';
import { deviceLaw } from './layer-laws/devices.ts';
import { maskLaw } from './layer-laws/masks.ts';
import { batchLaw, sampleLaw, shapeLaw } from './layer-laws/shapes.ts';
import { gradientLaw, stepLaw, trainingLaw } from './layer-laws/training.ts';
import { frozenLaw, seedLaw, weightLaw } from './layer-laws/weights.ts';
import type { LayerRow } from './layer-row.ts';
import { checkRefusal } from './refusal.ts';

export interface LayerLawOptions {
  /** Devices whose programs are checked: names, or a device of one's own. Default all that `setDevice` knows. */
  readonly devices?: readonly (string | Device)[];
}

export interface LayerLawReport {
  /** The layer and what tells this row from its others. */
  readonly title: string;
  /** The laws that hold, as sentences. */
  readonly laws: readonly string[];
  /** Laws that the row leaves out, with its reasons. */
  readonly skipped: readonly string[];
  /** The largest score of `gradcheck`. */
  readonly worstScore: number;
  readonly milliseconds: number;
}

/**
 * Checks the laws of one layer. Its config is JSON and makes the same layer; a model of it is restored bit for bit from
 * toJSON and its weights; declared shapes and weight counts are the real ones, also for batches of one and of none;
 * training differs from inference only where the row says so; gradients of inputs and weights are right; a sample does
 * not depend on its batch; equal seeds make equal weights; a step lowers the loss; frozen weights stay; masks go in and
 * out; programs equal eager calls; wrong uses are refused.
 * Names and seeds of the session are reset (`clearSession`, `seed(0)`).
 * @throws LawError naming the layer, the law and the first difference
 * @example
 * await layerLaws({
 *   layer: 'scale',
 *   make: (options) => new Scale(options),
 *   inputs: [[[2, 3]], [[4, 3]]],
 *   params: 3,
 *   customObjects: { Scale },
 * });
 */
export async function layerLaws(row: LayerRow, options: LayerLawOptions = {}): Promise<LayerLawReport> {
  const { devices = deviceNames() } = optionsOf('layerLaws', options);
  const started = now();
  clearSession();
  const book = new Book(row);
  configLaw(book);
  saveLaw(book);
  shapeLaw(book);
  weightLaw(book);
  batchLaw(book);
  trainingLaw(book);
  gradientLaw(book);
  sampleLaw(book);
  seedLaw(book);
  await stepLaw(book);
  await frozenLaw(book);
  maskLaw(book);
  for (const device of devices) await deviceLaw(book, device);
  for (const refused of row.refused ?? []) book.laws.push(checkRefusal(book.title, refused));
  const { title, laws, skipped, worstScore } = book;
  return { title, laws, skipped, worstScore, milliseconds: now() - started };
}
