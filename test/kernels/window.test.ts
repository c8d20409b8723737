/** Window arithmetic against its definition: counting the windows and cells one by one. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { cellsOfOutputs, type Connections, outputsOfCells, windowAxis, windowOutput } from '../../kernels/window.ts';

t.test('the padding of Keras: the smaller half first, causal all before, none for valid', (t) => {
  t.same(windowOutput(5, 3, 1, 1, 'valid'), { output: 3, before: 0 });
  t.same(windowOutput(5, 3, 1, 1, 'same'), { output: 5, before: 1 });
  t.same(windowOutput(5, 2, 1, 1, 'same'), { output: 5, before: 0 });
  t.same(windowOutput(5, 4, 1, 1, 'same'), { output: 5, before: 1 });
  t.same(windowOutput(6, 3, 2, 1, 'same'), { output: 3, before: 0 });
  t.same(windowOutput(5, 3, 2, 1, 'same'), { output: 3, before: 1 });
  t.same(windowOutput(5, 3, 1, 2, 'same'), { output: 5, before: 2 });
  t.same(windowOutput(5, 1, 3, 1, 'same'), { output: 2, before: 0 });
  t.same(windowOutput(5, 3, 1, 2, 'causal'), { output: 5, before: 4 });
  t.same(windowOutput(5, 3, 2, 1, 'causal'), { output: 3, before: 2 });
  t.same(windowOutput(2, 3, 1, 1, 'valid'), { output: 0, before: 0 }, 'a kernel larger than the image');
  t.same(windowOutput(1, 5, 1, 1, 'same'), { output: 1, before: 2 });
  t.end();
});

const axis = fc.record({
  size: fc.integer({ min: 0, max: 12 }),
  kernelSize: fc.integer({ min: 1, max: 6 }),
  stride: fc.integer({ min: 1, max: 4 }),
  dilation: fc.integer({ min: 1, max: 3 }),
  padding: fc.constantFrom('valid' as const, 'same' as const, 'causal' as const),
});

t.test('same and causal give ceil(size / stride) windows; valid ones lie inside, and one more would not', (t) => {
  fc.assert(
    fc.property(axis, ({ size, kernelSize, stride, dilation, padding }) => {
      const { output, before } = windowOutput(size, kernelSize, stride, dilation, padding);
      const lastCell = (window: number) => window * stride + (kernelSize - 1) * dilation - before;
      if (padding === 'valid') {
        assert.ok(output === 0 || lastCell(output - 1) < size);
        assert.ok(lastCell(output) >= size);
        assert.equal(before, 0);
      } else {
        assert.equal(output, Math.ceil(size / stride));
      }
      if (padding === 'causal') assert.equal(lastCell(0), 0);
    }),
    { seed: 2, numRuns: 2000 },
  );
  t.end();
});

t.test('both lists of connections hold each (output, tap, cell) inside the axis once', (t) => {
  fc.assert(
    fc.property(axis, ({ size, kernelSize, stride, dilation, padding }) => {
      const { output: outputSize } = windowOutput(size, kernelSize, stride, dilation, padding);
      const it = windowAxis(size, outputSize, kernelSize, stride, dilation, padding);
      const expected: string[] = [];
      for (let output = 0; output < outputSize; output++) {
        for (let tap = 0; tap < kernelSize; tap++) {
          const cell = output * stride + tap * dilation - it.before;
          if (cell >= 0 && cell < size) expected.push(`${output} ${tap} ${cell}`);
        }
      }
      const list = (
        { start, tap, other }: Connections,
        write: (position: number, tap: number, other: number) => string,
      ) =>
        Array.from(start.slice(0, -1), (from, position) =>
          Array.from(tap.slice(from, start[position + 1]), (one, i) => write(position, one, other[from + i]!)),
        ).flat();
      assert.deepEqual(
        list(cellsOfOutputs(it), (output, tap, cell) => `${output} ${tap} ${cell}`),
        expected,
      );
      const cells = list(outputsOfCells(it), (cell, tap, output) => `${output} ${tap} ${cell}`);
      assert.deepEqual(cells.sort(), expected.sort());
    }),
    { seed: 3, numRuns: 1000 },
  );
  t.end();
});
