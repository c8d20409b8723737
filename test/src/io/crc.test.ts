/** The checksum against its published value, bit by bit, and in parts. */
import fc from 'fast-check';
import t from 'tap';
import { crc32, crc32c } from '../../../src/io/crc.ts';

/** The definition: one bit at a time. */
function bitwise(bytes: Uint8Array): number {
  let register = 0xffffffff;
  for (const byte of bytes) {
    register ^= byte;
    for (let bit = 0; bit < 8; bit++) register = (register >>> 1) ^ (register & 1 ? 0x82f63b78 : 0);
  }
  return ~register >>> 0;
}

t.test('the check values of the polynomials', (t) => {
  t.equal(crc32c(new TextEncoder().encode('123456789')), 0xe3069283);
  t.equal(crc32(new TextEncoder().encode('123456789')), 0xcbf43926);
  t.equal(crc32c(new Uint8Array(0)), 0);
  t.end();
});

t.test('eight bytes at a time are as one bit at a time, at every length and in two parts', (t) => {
  let cases = 0;
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70 }), fc.nat(70), (bytes, cut) => {
      const expected = bitwise(bytes);
      cases += 1;
      return crc32c(bytes) === expected && crc32c(bytes.subarray(cut), crc32c(bytes.subarray(0, cut))) === expected;
    }),
  );
  t.equal(cases, 100);
  t.end();
});

t.test('every flipped bit changes it', (t) => {
  const bytes = Uint8Array.from({ length: 100 }, (_, i) => (i * 37) & 0xff);
  const whole = crc32c(bytes);
  const seen = new Set([whole]);
  for (let bit = 0; bit < 800; bit++) {
    const flipped = Uint8Array.from(bytes);
    flipped[bit >> 3]! ^= 1 << (bit & 7);
    seen.add(crc32c(flipped));
  }
  t.equal(seen.size, 801);
  t.end();
});
