/**
 * `node write.js FOLDER [--one-file]`: trains the models of `cases.ts` a little and writes them as Keras's files, with what
 * to expect: one file of each model, or one in each format.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toKeras } from '../../../src/keras/index.ts';
import { interopCases, type InteropCase } from './cases.ts';
import {
  inputsOf,
  lossesOf,
  predictionsOf,
  STEPS_AFTER,
  STEPS_BEFORE,
  targetsFor,
  toArray,
  type Exchange,
} from './exchange.ts';

async function write({ name, model, compile, formats }: InteropCase, folder: string): Promise<Exchange> {
  const inputs = inputsOf(model);
  const targets = targetsFor(await predictionsOf(model, inputs));
  if (compile) model.compile(compile);
  writeFileSync(join(folder, `${name}.init.keras`), await toKeras(model));
  if (compile) await lossesOf(model, inputs, targets, STEPS_BEFORE);
  for (const format of formats) writeFileSync(join(folder, `${name}.${format}`), await toKeras(model, { format }));
  const predictions = (await predictionsOf(model, inputs)).map((one) => toArray(one));
  const losses = compile ? await lossesOf(model, inputs, targets, STEPS_AFTER) : [];
  return {
    name,
    formats,
    trains: compile !== undefined,
    keys: model.outputLayout.kind === 'record' ? model.outputNames : undefined,
    inputs: inputs.map((one, index) => toArray(one, model.inputs[index]?.dtype === 'int32')),
    targets: targets.map((one) => toArray(one)),
    expected: Object.fromEntries(formats.map((format) => [format, { predictions, losses }])),
  };
}

const folder = process.argv[2] ?? '';
mkdirSync(folder, { recursive: true });
const written: Exchange[] = [];
const isOneFile = process.argv[3] === '--one-file';
for (const [index, one] of interopCases().entries()) {
  const at = index % one.formats.length;
  const formats = isOneFile ? one.formats.slice(at, at + 1) : one.formats;
  written.push(await write({ ...one, formats }, folder));
}
writeFileSync(join(folder, 'ours.json'), JSON.stringify(written));
console.log(`${written.length} models written in ${written.reduce((sum, one) => sum + one.formats.length, 0)} files`);
