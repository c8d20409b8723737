/**
 * A variable whose value follows from another one's: a scheduled learning rate, the number of updates. It is read like
 * any variable, recorded where it is read, never assigned and never saved.
 */
import { ArgumentError } from '../errors.ts';
import { runWithTape } from '../tape/active-tape.ts';
import { full, type Tensor } from '../tensor/tensor.ts';
import { Variable } from '../tensor/variable.ts';

interface ComputedVariableOptions {
  readonly name: string;
  /** Ends the message of the error that an assignment throws: why, and the way out. */
  readonly refusal: string;
}

/** @internal */
export class ComputedVariable extends Variable {
  readonly #source: Variable;
  readonly #compute: (source: Tensor) => Tensor;
  readonly #refusal: string;

  /** @param compute a scalar from the source's value, made of ops */
  constructor(source: Variable, compute: (source: Tensor) => Tensor, { name, refusal }: ComputedVariableOptions) {
    super(full([], 0), { name, trainable: false });
    this.#source = source;
    this.#compute = compute;
    this.#refusal = refusal;
  }

  override get value(): Tensor {
    return this.#compute(this.#source.value);
  }

  override async read(): Promise<Tensor> {
    return this.#outsideOfTapes(await this.#source.read());
  }

  override hostValue(): Tensor {
    return this.#outsideOfTapes(this.#source.hostValue());
  }

  override assign(value: Tensor): void {
    throw new ArgumentError(`variable '${this.name}': it cannot be assigned. ${this.#refusal}`, {
      where: this.name,
      got: value,
    });
  }

  override assignOnHost(value: Tensor): void {
    this.assign(value);
  }

  #outsideOfTapes(source: Tensor): Tensor {
    return runWithTape(undefined, () => this.#compute(source));
  }
}
