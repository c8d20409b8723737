/** The same numbers at every check: a linear congruential generator is random enough to weigh outputs. */
import { sizeOf, type Shape } from '../tensor/shape.ts';
import { tensor, type Tensor } from '../tensor/tensor.ts';

/** @internal A fixed sequence of doubles. */
export class Generator {
  #state = 20_240_229;

  /** Doubles of absolute value 1/2 to 3/2: none is so small that it would hide an error. */
  values(size: number): Float64Array {
    return Float64Array.from({ length: size }, () => {
      this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
      const magnitude = 0.5 + (this.#state & 0x7fffffff) / 2 ** 31;
      return this.#state >>> 31 === 1 ? -magnitude : magnitude;
    });
  }

  tensor(shape: Shape): Tensor {
    return tensor(this.values(sizeOf(shape)), shape);
  }
}
