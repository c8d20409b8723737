/** Run by run.sh: writes mutated files and what our reader says of each, one JSON line a file, for check_mutants.py to judge. */
import { openSync, writeSync } from 'node:fs';
import { FormatError } from '../../src/errors.ts';
import { readSafetensors } from '../../src/safetensors.ts';
import { hostileReaders } from '../reliability/hostile-readers.ts';
import { mutatedBytes } from '../support/mutated-bytes.ts';
import { fixtures } from './fixtures.ts';

const [, , path = '', count = '20000'] = process.argv;

/** The tensors, or the refusal. */
function judge(bytes: Uint8Array): object {
  try {
    const tensors = [...readSafetensors(bytes).tensors].map(([name, { shape, data }]) => [
      name,
      shape,
      Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64'),
    ]);
    return { tensors };
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return { refusal: error.message };
  }
}

const intact = [
  ...((await hostileReaders.find(({ name }) => name === 'safetensors')?.files()) ?? []),
  ...fixtures.read.map(({ file }) => file),
  ...fixtures.written.slice(0, 10).map(({ file }) => file),
];
const out = openSync(path, 'w');
for (let seed = 0; seed < Number(count); seed++) {
  const { bytes } = mutatedBytes(intact[seed % intact.length] ?? new Uint8Array(), seed);
  writeSync(out, `${JSON.stringify({ seed, file: Buffer.from(bytes).toString('base64'), ...judge(bytes) })}\n`);
}
