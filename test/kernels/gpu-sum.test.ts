/** Sums in the sources of GPU.js kernels: every term once, and errors that grow with the blocks, not with the terms. */
import t from 'tap';
import { sumLines } from '../../kernels/gpu-sum.ts';
import { gpuModes, openGpuMemory } from '../support/gpu-kernel.ts';

const COUNTS = [0, 1, 7, 8, 9, 63, 64, 65, 71, 72, 128, 129, 200, 1000];

for (const mode of await gpuModes()) {
  t.test(`mode ${mode}: one thread sums every term once, in blocks of 64`, async (t) => {
    const memory = await openGpuMemory(mode);
    const sumOf = async (values: Float32Array): Promise<number> => {
      const source = `${sumLines('sum', values.length, (index) => `a0[${index}]`)}\nreturn sum;`;
      const input = await memory.upload(values, 'test');
      const result = await memory.run({ source, operands: [{ input: 0 }], size: 1 }, [input], 'test');
      const [sum = NaN] = await result.read();
      for (const buffer of [input, result]) buffer.release();
      return sum;
    };
    for (const count of COUNTS) {
      const values = Float32Array.from({ length: count }, (_, index) => index + 1);
      t.equal(await sumOf(values), (count * (count + 1)) / 2, `${count} terms`);
    }
    // One by one, the roundings of equal numbers have one direction and add up to 6e-4 of the sum.
    const count = 2 ** 16;
    const tenth = Math.fround(0.1);
    const roundings = 8 + 8 + count / 64;
    const error = Math.abs((await sumOf(new Float32Array(count).fill(tenth))) - count * tenth);
    t.ok(error <= roundings * 2 ** -24 * count * tenth, `off by ${error}`);
  });
}
