/** Laws of shapes: what a layer declares is what it gives, for any batch, and a sample does not depend on the others. */
import type { InputShapes } from '../../layers/layer.ts';
import type { SymbolicTensor } from '../../layers/symbolic-tensor.ts';
import { slice } from '../../ops/index.ts';
import type { Shape } from '../../tensor/shape.ts';
import type { PartialShape } from '../../tensor/symbolic.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { Book } from './book.ts';
import { dataFor, listed, run, symbolic, withOpenBatch } from './running.ts';

// Where the sizes of two runs differ a model's graph knows none, and the declared shape must say so of the output.
export function shapeLaw(book: Book): void {
  const { row } = book;
  const [shapes, others] = row.inputs;
  const declared = (given: readonly PartialShape[]): readonly PartialShape[] =>
    listed(row.make({})(symbolic(row, given)) as unknown as SymbolicTensor | SymbolicTensor[]).map((one) => one.shape);
  const first = run(row.make({}), row, dataFor(row)).map((one) => one.shape);
  const second = run(row.make({}), row, dataFor(row, others)).map((one) => one.shape);
  const open = (a: readonly Shape[], b: readonly Shape[]): PartialShape[] =>
    a.map((shape, index) => shape.map((size, axis) => (size === b[index]?.[axis] ? size : null)));
  book.same('its declared shape is the real one', declared(withOpenBatch(shapes)), withOpenBatch(first));
  book.same('its declared shape is open where sizes are', declared(open(shapes, others)), open(first, second));
  const layer = row.make({});
  run(layer, row, dataFor(row));
  const taken: InputShapes = shapes.length > 1 ? shapes : (shapes[0] as Shape);
  const whole = layer.outputShapes(taken);
  book.same('its declared shape is the real one for a known batch', Array.isArray(whole[0]) ? whole : [whole], first);
}

export function batchLaw(book: Book): void {
  const { row } = book;
  const shapes = row.inputs[0];
  const samples = withOpenBatch(run(row.make({}), row, dataFor(row)).map((one) => one.shape));
  for (const batch of [1, 0]) {
    const some = shapes.map(([, ...sample]) => [batch, ...sample]);
    for (const training of [false, true]) {
      const outputs = run(row.make({}), row, dataFor(row, some), training);
      book.same(
        `it takes a batch of ${batch === 0 ? 'none' : 'one'}`,
        outputs.map((one) => one.shape),
        samples.map(([, ...sample]) => [batch, ...sample]),
      );
      const finite = outputs.every((one) => one.data.every(Number.isFinite));
      book.holds(`a batch of ${batch === 0 ? 'none' : 'one'} gives finite numbers`, finite, 'NaN or infinity');
    }
  }
}

export function sampleLaw(book: Book): void {
  const { row } = book;
  const layer = row.make({});
  const given = dataFor(row);
  const together = run(layer, row, given);
  const batch = row.inputs[0][0]?.[0] ?? 0;
  for (let sample = 0; sample < batch; sample++) {
    const alone = run(
      layer,
      row,
      given.map((one) => sampleOf(one, sample)),
    );
    book.same(
      'a sample does not depend on its batch',
      alone,
      together.map((one) => sampleOf(one, sample)),
    );
  }
}

function sampleOf(value: Tensor, sample: number): Tensor {
  return slice(value, [sample, ...value.shape.slice(1).map(() => 0)], [1, ...value.shape.slice(1)]);
}
