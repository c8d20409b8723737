/**
 * A Variable is a named, mutable tensor: a weight, an optimizer moment, a moving average, a counter. Its newest value
 * lives in one place, on the host or in one device's copy, told apart by version numbers.
 */
import { ArgumentError, describeValue, DeviceError, optionsOf, ShapeError } from '../errors.ts';
import { formatShape, sameShape, type Shape } from './shape.ts';
import { Tensor } from './tensor.ts';

/** What a device keeps of one variable. */
export interface DeviceCopy {
  readonly device: string;
  /** The variable's version that this copy holds once all work queued so far is done. */
  version: number;
  /** The values after all work queued so far. */
  read(): Promise<Float32Array>;
  /** The same at once; undefined on a device that cannot. */
  readonly readSync: (() => Float32Array) | undefined;
}

/** Options of `variable()`. */
export interface VariableOptions {
  /** Default `'variable'`. */
  readonly name?: string;
  /** Whether training changes it. Default true. */
  readonly trainable?: boolean;
}

/** How an assignment is seen by whoever records the running function; see `Tape`. */
export interface VariableRecorder {
  readVariable(variable: Variable): Tensor;
  assignVariable(variable: Variable, value: Tensor): void;
}

let recorder: (() => VariableRecorder | undefined) | undefined;

/** @internal The tape tells how to find the recorder of the running function. */
export function setVariableRecorder(find: () => VariableRecorder | undefined): void {
  recorder = find;
}

export class Variable {
  readonly name: string;
  readonly shape: Shape;
  trainable: boolean;
  /** What an optimizer makes of the value after each update: a rule that the weight must keep. */
  constraint: ((value: Tensor) => Tensor) | undefined;
  /** The term that the value adds to the loss while it is trained: a scalar. */
  regularizer: ((value: Tensor) => Tensor) | undefined;
  /** @internal Number of the newest value. */
  version = 0;
  #host: Tensor;
  #hostVersion = 0;
  #newest: DeviceCopy | undefined;

  /** @internal Use `variable()`. */
  constructor(value: Tensor, options: VariableOptions = {}) {
    this.name = options.name ?? 'variable';
    this.trainable = options.trainable ?? true;
    this.shape = value.shape;
    this.#host = new Tensor(value.shape, value.data, value.wide ? { wide: value.wide } : {});
  }

  /** Number of elements. */
  get size(): number {
    return this.#host.size;
  }

  /**
   * The value as a tensor that ops take: the recorded one inside a function that is traced or differentiated.
   * @throws DeviceError while the newest value is on a device that can only be read asynchronously
   */
  get value(): Tensor {
    return recorder?.()?.readVariable(this) ?? this.hostValue();
  }

  /** The newest values, row-major. Do not write to them. @throws DeviceError as `value` does */
  get data(): Float32Array {
    return this.value.data;
  }

  /** Gives the variable a new value of the same shape; an ordered effect inside a traced function. */
  assign(value: Tensor): void {
    if (!sameShape(value.shape, this.shape)) {
      throw new ShapeError(
        `variable '${this.name}': cannot assign a tensor of shape ${formatShape(value.shape)}; the variable's shape is ${formatShape(this.shape)} and never changes.`,
        { where: this.name, got: value.shape, expected: this.shape },
      );
    }
    const tape = recorder?.();
    if (tape) tape.assignVariable(this, value);
    else this.assignOnHost(value);
  }

  /** The newest value, wherever it is. */
  async read(): Promise<Tensor> {
    const copy = this.#newest;
    if (copy === undefined) return this.#host;
    const { version } = this;
    const value = new Tensor(this.shape, await copy.read());
    if (version === this.version) this.#keep(value);
    return value;
  }

  /** @internal The newest value on the host. */
  hostValue(): Tensor {
    if (this.#hostVersion === this.version) return this.#host;
    if (!this.#newest?.readSync) {
      throw new DeviceError(
        `variable '${this.name}': its value is on the device '${this.#newest?.device}', which is read asynchronously. Use 'await variable.read()' first.`,
        { where: this.name },
      );
    }
    return this.#keep(new Tensor(this.shape, this.#newest.readSync()));
  }

  /** @internal The device copy that is newer than the host's value, if any. */
  get newestCopy(): DeviceCopy | undefined {
    return this.#newest;
  }

  /** @internal A queued run writes the variable: from now on this copy is the newest. */
  writtenBy(copy: DeviceCopy): void {
    copy.version = ++this.version;
    this.#newest = copy;
  }

  /** @internal This copy's device is gone: where it was the newest, the value last read from it counts again. */
  lost(copy: DeviceCopy): void {
    if (this.#newest !== copy) return;
    this.#newest = undefined;
    this.#hostVersion = ++this.version;
  }

  /** @internal Sets the value without asking a tape. */
  assignOnHost(value: Tensor): void {
    this.version++;
    this.#keep(new Tensor(value.shape, value.data, value.wide ? { wide: value.wide } : {}));
  }

  toString(): string {
    return `Variable(${this.name}, shape ${formatShape(this.shape)})`;
  }

  #keep(value: Tensor): Tensor {
    this.#host = value;
    this.#hostVersion = this.version;
    this.#newest = undefined;
    return value;
  }
}

/**
 * A named, mutable tensor that programs share.
 * @param value the first value; its shape is the variable's for good
 * @example
 * const counter = variable(tensor([0]), { name: 'counter' });
 * counter.assign(tensor([1]));
 */
export function variable(value: Tensor, options?: VariableOptions): Variable {
  if (!((value as unknown) instanceof Tensor)) {
    throw new ArgumentError(
      `variable: the first value is ${describeValue(value)}. Give a tensor: variable(tensor([0])).`,
      {
        where: 'variable',
        got: value,
      },
    );
  }
  return new Variable(value, optionsOf('variable', options));
}
