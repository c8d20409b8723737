/** The law of masks: a layer that takes them passes fitting ones on, and heeds them where its row says so. */
import { maskOf } from '../../layers/masks.ts';
import { add, mul, randomNormal, reshape, sub } from '../../ops/index.ts';
import { formatShape } from '../../tensor/shape.ts';
import { tensor, type Tensor } from '../../tensor/tensor.ts';
import type { Book } from './book.ts';
import { dataFor, run } from './running.ts';

// A mask of ones says nothing. With `ignoresMaskedSteps` the values of masked steps must not matter either.
export function maskLaw(book: Book): void {
  const { row } = book;
  const layer = row.make({});
  const given = dataFor(row);
  if (!layer.supportsMasking || given.some((one) => one.shape.length < 3)) return;
  if (row.withoutMask !== undefined) {
    book.skipped.push(`masks: ${row.withoutMask}`);
    return;
  }
  const masksWith = (last: number): Tensor[] =>
    given.map(({ shape: [batch = 0, steps = 0] }) =>
      tensor(
        Float32Array.from({ length: batch * steps }, (_, index) => (index % steps === steps - 1 ? last : 1)),
        [batch, steps],
      ),
    );
  const plain = run(layer, row, given);
  const masked = run(layer, row, given, false, masksWith(1));
  const law = 'a mask that keeps every step changes nothing';
  if (row.ignoresMaskedSteps) book.near(law, masked, plain);
  else book.same(law, masked, plain);
  for (const output of masked) {
    const mask = maskOf(output);
    const fits = mask === undefined || mask.shape.every((size, axis) => size === output.shape[axis]);
    book.holds(
      'the mask of its output fits the output',
      fits,
      `mask ${mask && formatShape(mask.shape)}, output ${formatShape(output.shape)}`,
    );
  }
  if (!row.ignoresMaskedSteps) return;
  const mask = masksWith(0);
  const other = given.map((one, index) => {
    const kept = reshape(mask[index] as Tensor, [...one.shape.slice(0, 2), ...one.shape.slice(2).map(() => 1)]);
    return add(mul(one, kept), mul(randomNormal(one.shape, { seed: 70 + index }), sub(1, kept)));
  });
  const first = run(layer, row, given, false, mask);
  book.differ('a masked step changes the result', first, plain);
  book.same('values of masked steps do not matter', run(layer, row, other, false, mask), first);
}
