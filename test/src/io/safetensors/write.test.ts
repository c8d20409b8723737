/** Files are byte for byte those of the Python library, and what no file can hold is refused. */
import t from 'tap';
import { ArgumentError } from '../../../../src/errors.ts';
import { tensor, Tensor, zeros } from '../../../../src/tensor/tensor.ts';
import { readSafetensors, writeSafetensors } from '../../../../src/safetensors.ts';
import { fixtures } from '../../../safetensors/fixtures.ts';

for (const { case: name, tensors, metadata, file } of fixtures.written) {
  t.test(`${name}: the bytes of the Python library, and read back`, (t) => {
    const given = new Map(
      tensors.map(({ name, shape, f32 }) => [name, tensor(new Float32Array(f32.slice().buffer), shape)]),
    );
    const written = writeSafetensors(given, metadata === null ? {} : { metadata });
    t.ok(Buffer.from(written).equals(file), 'the same bytes');
    const read = readSafetensors(file);
    t.strictSame(Object.fromEntries(read.metadata), metadata ?? {});
    t.strictSame([...read.tensors.keys()].sort(), tensors.map(({ name }) => name).sort());
    for (const { name, shape, f32 } of tensors) {
      const value = read.tensors.get(name);
      t.strictSame(value?.shape, shape);
      t.strictSame(value && new Uint8Array(value.data.buffer), f32);
    }
    t.end();
  });
}

t.test('an object and a Map give the same file, whatever the order', (t) => {
  const [a, b] = [tensor([1, 2]), tensor([[3]])];
  const file = writeSafetensors({ b, a }, { metadata: { x: 'y' } });
  t.strictSame(
    writeSafetensors(
      new Map([
        ['a', a],
        ['b', b],
      ] as const),
      { metadata: new Map([['x', 'y']]) },
    ),
    file,
  );
  t.equal(Buffer.from(file).readBigUInt64LE() % 8n, 0n, 'tensors begin at a multiple of 8');
  t.end();
});

t.test('several texts of metadata are written in their order', (t) => {
  const file = writeSafetensors({}, { metadata: { z: '1', a: '2' } });
  t.match(Buffer.from(file).toString('latin1', 8), /^\{"__metadata__":\{"z":"1","a":"2"\}\} *$/);
  t.end();
});

t.test('a tensor over part of a buffer writes that part', (t) => {
  const values = new Float32Array([9, 1, 2, 9]);
  const part = tensor(values.subarray(1, 3), [2]);
  t.strictSame(writeSafetensors({ part }), writeSafetensors({ part: tensor([1, 2]) }));
  t.end();
});

t.test('what is no tensor, no name and no text is refused', (t) => {
  const wrong = (call: () => unknown, message: RegExp): void => {
    t.throws(call, { name: 'ArgumentError', message });
    t.throws(call, ArgumentError);
  };
  for (const value of [1, null, undefined, [1], 'a', new Float32Array(2)]) {
    wrong(() => writeSafetensors({ a: value as unknown as Tensor }), /writeSafetensors: 'a' is .*\. Give a tensor\./);
  }
  for (const tensors of [undefined, null, 1, 'a', [tensor([1])], tensor([1]), new Map([[1, tensor([1])]])]) {
    wrong(() => writeSafetensors(tensors as unknown as Record<string, Tensor>), /the tensors are .* by name/);
  }
  for (const metadata of [1, 'a', ['a'], null]) {
    wrong(() => writeSafetensors({}, { metadata: metadata as never }), /the metadata are .* by name/);
  }
  wrong(() => writeSafetensors({}, { metadata: { a: 1 as unknown as string } }), /the metadata 'a' is 1\. Give texts/);
  wrong(() => writeSafetensors({}, 1 as never), /the options are 1/);
  wrong(() => writeSafetensors({ __metadata__: zeros([1]) }), /no tensor can have the name '__metadata__'/);
  wrong(() => writeSafetensors({ '\ud800': zeros([1]) }), /half a surrogate pair/);
  wrong(() => writeSafetensors({}, { metadata: { a: '\udc00' } }), /half a surrogate pair/);
  wrong(() => writeSafetensors({ a: new Tensor([1], undefined) }), /'a' is being traced/);
  wrong(
    () => writeSafetensors({ ['n'.repeat(100_000_000)]: zeros([0]) }),
    /header has 1000000\d\d bytes, and readers take/,
  );
  t.end();
});
