/** A TensorFlow.js model from its files: `model.json` and the shards beside it. */
import type { CustomObject } from '../models/make-layer.ts';
import type { Model } from '../training/models.ts';
import { readBeside } from './beside.ts';
import { readTfjs, shardsOf } from './tfjs.ts';

/** Whether bytes begin as JSON does, which of Keras's kinds of files only `model.json` is. */
export function isJson(bytes: Uint8Array): boolean {
  const first = bytes.find((byte) => byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09);
  return first === 0x7b;
}

/**
 * The model of a `model.json`.
 * @throws FormatError; it opens no other files than `.bin` files in the same folder
 */
export async function loadTfjs(
  path: string,
  bytes: Uint8Array,
  customObjects: Readonly<Record<string, CustomObject>> | undefined,
): Promise<Model> {
  const json = new TextDecoder().decode(bytes);
  const shards = await readBeside({
    where: 'loadModel',
    path,
    names: shardsOf(path, json),
    ending: '.bin',
    advice: 'Rename it, or give its bytes to fromTfjs().',
  });
  return readTfjs({ where: path, json, shards, customObjects });
}
