/** A seal tells an intact file from a damaged one, and its layout is what the comment of the source says. */
import t from 'tap';
import { FormatError } from '../../../src/errors.ts';
import { crc32c } from '../../../src/io/crc.ts';
import { DamagedFileError, openSealed, readSeal, SEAL_BYTES, sealBytes } from '../../../src/io/sealed-bytes.ts';

const content = Uint8Array.from({ length: 100 }, (_, i) => (7 * i) % 256);

t.test('what was sealed is opened again, at any length and generation', (t) => {
  for (const length of [0, 1, 100]) {
    for (const generation of [0, 1, 2 ** 32, Number.MAX_SAFE_INTEGER]) {
      const sealed = sealBytes(content.subarray(0, length), generation);
      t.strictSame(openSealed(sealed, 'file'), content.slice(0, length));
      t.match(readSeal(sealed, 'file'), { generation, length });
    }
  }
  t.end();
});

t.test('the layout is that of the comment', (t) => {
  const sealed = Buffer.from(sealBytes(content, 258));
  t.equal(sealed.subarray(0, 8).toString('latin1'), '\x89GTSEAL\n');
  t.equal(sealed.readUInt32LE(8), 1);
  t.equal(sealed.readUInt32LE(12), crc32c(content));
  t.equal(sealed.readBigUInt64LE(16), 258n);
  t.equal(sealed.readBigUInt64LE(24), 100n);
  t.equal(sealed.readUInt32LE(32), 0);
  t.equal(sealed.readUInt32LE(36), crc32c(sealed.subarray(0, 36)));
  t.strictSame(sealed.subarray(40), Buffer.from(content));
  t.end();
});

t.test('every flipped bit, every cut and every byte too many is detected', (t) => {
  const sealed = sealBytes(content, 3);
  const damaged: Uint8Array[] = [];
  for (let bit = 0; bit < 8 * sealed.length; bit++) {
    const copy = sealed.slice();
    copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    damaged.push(copy);
  }
  for (let length = 0; length < sealed.length; length++) damaged.push(sealed.slice(0, length));
  damaged.push(Uint8Array.from([...sealed, 0]));
  const accepted = damaged.filter((bytes) => {
    try {
      openSealed(bytes, 'file');
      return true;
    } catch (error) {
      return !(error instanceof DamagedFileError && error instanceof FormatError);
    }
  });
  t.equal(accepted.length, 0);
  t.equal(damaged.length, 8 * 140 + 140 + 1);
  t.end();
});

t.test('messages name the file and what is wrong; another version is no damage', (t) => {
  const sealed = sealBytes(content, 3);
  const changed = (offset: number, value: number): Uint8Array => {
    const copy = sealed.slice();
    const view = new DataView(copy.buffer);
    view.setUint32(offset, value, true);
    view.setUint32(36, crc32c(copy.subarray(0, 36)), true);
    return copy;
  };
  t.throws(
    () => openSealed(sealed.subarray(0, 20), 'a.bin'),
    /^a.bin: the file has 20 bytes, fewer than its seal of 40/,
  );
  t.throws(() => openSealed(new Uint8Array(50), 'a.bin'), /a.bin: the file does not begin as sealed files do/);
  t.throws(() => openSealed(sealed.subarray(0, 60), 'a.bin'), /has 20 bytes behind its seal, not 100/);
  t.throws(() => openSealed(changed(28, 1), 'a.bin'), /not 4294967396/);
  t.throws(() => openSealed(changed(28, 0x8000_0000), 'a.bin'), /impossible length/);
  t.throws(() => openSealed(changed(20, 0x8000_0000), 'a.bin'), /impossible generation/);
  const newer = changed(8, 2);
  t.throws(() => openSealed(newer, 'a.bin'), /version 2 .* reads version 1\. Use the gradtape that wrote it/);
  try {
    openSealed(newer, 'a.bin');
  } catch (error) {
    t.notOk(error instanceof DamagedFileError);
  }
  t.equal(SEAL_BYTES, 40);
  t.end();
});
