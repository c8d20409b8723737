/** Deflate streams as other programs write them; what is damaged, too long or too short is told, and costs no memory. */
import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { deflateSync, zlibSync } from 'fflate';
import t from 'tap';
import { inflate } from '../../../src/keras/inflate.ts';

const { Z_DEFAULT_STRATEGY, Z_FIXED, Z_HUFFMAN_ONLY, Z_RLE } = constants;

/** Bytes with repetitions near and far, runs, and noise. */
const contents = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.tuple(fc.nat(255), fc.nat(40_000)).map(([value, length]) => new Uint8Array(length).fill(value)),
      fc
        .tuple(fc.uint8Array({ minLength: 1, maxLength: 50 }), fc.nat(700))
        .map(([piece, times]) =>
          Uint8Array.from({ length: piece.length * times }, (_, i) => piece[i % piece.length] ?? 0),
        ),
    ),
    { maxLength: 8 },
  )
  .map((parts) => new Uint8Array(Buffer.concat(parts)));

t.test('what zlib and fflate pack by any strategy and level is unpacked', (t) => {
  fc.assert(
    fc.property(
      contents,
      fc.nat(9),
      fc.constantFrom(Z_DEFAULT_STRATEGY, Z_FIXED, Z_HUFFMAN_ONLY, Z_RLE),
      (content, level, strategy) => {
        const streams = [deflateRawSync(content, { level, strategy }), deflateSync(content, { level: level as 6 })];
        return streams.every((packed) => {
          const found = inflate(packed, content.length);
          return found !== undefined && Buffer.compare(found, content) === 0;
        });
      },
    ),
    { numRuns: 150, seed: 6 },
  );
  t.end();
});

t.test('a stream of another size, and one that was cut, is none', (t) => {
  const content = Uint8Array.from({ length: 5_000 }, (_, i) => (i * i) % 251);
  for (const level of [0, 1, 9]) {
    const packed = deflateRawSync(content, { level });
    t.equal(inflate(packed, content.length - 1), undefined, `level ${level}: longer than it should be`);
    t.equal(inflate(packed, content.length + 1), undefined, `level ${level}: shorter than it should be`);
    for (let length = 0; length < packed.length; length += 97)
      if (inflate(packed.subarray(0, length), content.length)) t.fail(`level ${level}, cut at ${length}`);
  }
  t.equal(inflate(new Uint8Array(0), 0), undefined, 'no stream');
  t.strictSame(inflate(Uint8Array.of(3, 0), 0), new Uint8Array(0), 'a stream of nothing');
  t.end();
});

t.test('bytes that are no stream are refused or unpacked, as zlib does', (t) => {
  const packed = deflateRawSync(Buffer.from('to be or not to be, that is the question '.repeat(40)), { level: 9 });
  let refused = 0;
  for (let at = 0; at < packed.length; at++) {
    for (let bit = 0; bit < 8; bit++) {
      const changed = new Uint8Array(packed);
      changed[at] = (changed[at] ?? 0) ^ (1 << bit);
      const found = inflate(changed, 1640);
      if (found === undefined) refused++;
      const theirs = unpackedByZlib(changed);
      t.strictSame(found && Buffer.from(found), theirs?.length === 1640 ? theirs : undefined, `byte ${at}, bit ${bit}`);
    }
  }
  t.ok(refused > packed.length, `${refused} of ${8 * packed.length} refused`);
  t.end();
});

t.test('a stream that goes on is left where its size ends', (t) => {
  const packed = zlibSync(new Uint8Array(200_000_000 / 8), { level: 9 }).subarray(2, -4);
  const start = performance.now();
  t.equal(inflate(packed, 10), undefined);
  t.ok(performance.now() - start < 500, 'at once');
  t.end();
});

function unpackedByZlib(packed: Uint8Array): Buffer | undefined {
  try {
    return inflateRawSync(packed);
  } catch {
    return undefined;
  }
}
