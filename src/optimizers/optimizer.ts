/**
 * What an optimizer is: variables of its own (learning rate, number of steps, slots such as moments) and one step, in
 * Keras's order: gradients are clipped, weights decay, then every variable is updated.
 */
import { ArgumentError } from '../errors.ts';
import { add, clip, div, maximum, mul, sqrt, square, sub, sum } from '../ops/index.ts';
import { full, zeros, type Tensor } from '../tensor/tensor.ts';
import { variable as makeVariable, type Variable } from '../tensor/variable.ts';

/** Options that all optimizers share. */
export interface OptimizerOptions {
  /** The size of a step. */
  readonly learningRate?: number;
  /** Default: the class in lower case. Begins the names of the optimizer's variables. */
  readonly name?: string;
  /** Decoupled weight decay: before each update `w -= learningRate weightDecay w`. Default none. */
  readonly weightDecay?: number;
  /** Each gradient is scaled down to at most this Euclidean norm. Only one of the three kinds of clipping. */
  readonly clipnorm?: number;
  /** Each gradient element is limited to [-clipvalue, clipvalue]. */
  readonly clipvalue?: number;
  /** All gradients together are scaled down to at most this Euclidean norm. */
  readonly globalClipnorm?: number;
}

/** One variable's part of a step. */
export interface UpdateStep {
  readonly variable: Variable;
  readonly gradient: Tensor;
  /** What `prepareRate` gave: a scalar. */
  readonly rate: Tensor;
  /** Where the variable stands in the list that the optimizer was built with, and so its slots in theirs. */
  readonly index: number;
}

export abstract class Optimizer {
  /** Keras's class name. */
  readonly className: string;
  readonly name: string;
  /** A scalar that callbacks read and assign: `optimizer.learningRate.assign(tensor(1e-4))`. */
  readonly learningRate: Variable;
  /** The number of steps so far, a scalar; exact up to 2^24. */
  readonly iterations: Variable;
  readonly weightDecay: number | undefined;
  readonly clipnorm: number | undefined;
  readonly clipvalue: number | undefined;
  readonly globalClipnorm: number | undefined;
  readonly #slots: Variable[] = [];
  #positions: Map<Variable, number> | undefined;

  protected constructor(className: string, defaultRate: number, options: OptimizerOptions) {
    this.className = className;
    this.name = options.name ?? className.toLowerCase();
    const { learningRate = defaultRate, weightDecay, clipnorm, clipvalue, globalClipnorm } = options;
    checkNumber(this.name, 'learningRate', learningRate, learningRate >= 0, 'a number of at least 0');
    for (const [name, value] of Object.entries({ weightDecay, clipnorm, clipvalue, globalClipnorm })) {
      if (value !== undefined)
        checkNumber(this.name, name, value, value > 0 || name === 'weightDecay', 'a positive number, or leave it out');
    }
    const clippings = Object.entries({ clipnorm, clipvalue, globalClipnorm }).filter(
      ([, value]) => value !== undefined,
    );
    if (clippings.length > 1) {
      throw new ArgumentError(
        `${this.name}: ${clippings.map(([name]) => name).join(' and ')} are both set. Only one of clipnorm, clipvalue and globalClipnorm can be.`,
        { where: this.name, got: Object.fromEntries(clippings) },
      );
    }
    this.weightDecay = weightDecay;
    this.clipnorm = clipnorm;
    this.clipvalue = clipvalue;
    this.globalClipnorm = globalClipnorm;
    this.iterations = makeVariable(full([], 0), { name: `${this.name}/iteration`, trainable: false });
    this.learningRate = makeVariable(full([], learningRate), { name: `${this.name}/learning_rate`, trainable: false });
  }

  /** True once the slots exist. */
  get built(): boolean {
    return this.#positions !== undefined;
  }

  /** All variables of the optimizer in Keras's order: iterations, learning rate, slots. */
  get variables(): readonly Variable[] {
    return [this.iterations, this.learningRate, ...this.#slots];
  }

  /** Makes the slots for these variables; `apply` does it on first use. A second call changes nothing. */
  build(variables: readonly Variable[]): void {
    if (this.#positions) return;
    this.#positions = new Map(variables.map((one, index) => [one, index]));
    this.buildSlots(variables);
  }

  /**
   * One step: assigns new values to the variables, to the slots and to `iterations`. Works eagerly and in compiled
   * functions, where each variable's update is one kernel.
   * @param gradients one per variable, of its shape
   * @param variables those that the optimizer was built with, or some of them
   * @throws ArgumentError for lists of different lengths or a variable that the optimizer was not built with
   */
  apply(gradients: readonly Tensor[], variables: readonly Variable[]): void {
    if (gradients.length !== variables.length) {
      throw new ArgumentError(
        `${this.name}.apply: ${gradients.length} gradients for ${variables.length} variables. Give one per variable.`,
        {
          where: `${this.name}.apply`,
          got: gradients.length,
          expected: variables.length,
        },
      );
    }
    this.build(variables);
    const positions = variables.map((one) => this.#positionOf(one));
    const clipped = this.#clip(gradients);
    const learningRate = this.learningRate.value;
    if (this.weightDecay) {
      for (const one of variables) one.assign(sub(one, mul(mul(one, this.weightDecay), learningRate)));
    }
    const rate = this.prepareRate(learningRate);
    variables.forEach((one, i) => {
      this.update({ variable: one, gradient: clipped[i] as Tensor, rate, index: positions[i] as number });
    });
    this.iterations.assign(add(this.iterations, 1));
  }

  /** The settings as Keras writes them. */
  getConfig(): Record<string, unknown> {
    return {
      name: this.name,
      learning_rate: this.learningRate.hostValue().item(),
      weight_decay: this.weightDecay ?? null,
      clipnorm: this.clipnorm ?? null,
      global_clipnorm: this.globalClipnorm ?? null,
      clipvalue: this.clipvalue ?? null,
      use_ema: false,
      ema_momentum: 0.99,
      ema_overwrite_frequency: null,
      loss_scale_factor: null,
      gradient_accumulation_steps: null,
    };
  }

  /** Makes the slots with `addSlots`. */
  protected abstract buildSlots(variables: readonly Variable[]): void;

  /** Assigns the new value of one variable and of its slots. */
  protected abstract update(step: UpdateStep): void;

  /** The scalar that all updates of a step share. Default: the learning rate itself. */
  protected prepareRate(learningRate: Tensor): Tensor {
    return learningRate;
  }

  /**
   * Zeros of each variable's shape, for each of the names; named `adam/dense/kernel/momentum`.
   * @returns one list per name, in the order of the variables
   */
  protected addSlots<const Names extends readonly string[]>(
    variables: readonly Variable[],
    names: Names,
  ): { readonly [Index in keyof Names]: readonly Variable[] } {
    const lists = names.map((): Variable[] => []);
    for (const one of variables) {
      names.forEach((name, i) => {
        const slot = makeVariable(zeros(one.shape), { name: `${this.name}/${one.name}/${name}`, trainable: false });
        this.#slots.push(slot);
        lists[i]?.push(slot);
      });
    }
    return lists as unknown as { readonly [Index in keyof Names]: readonly Variable[] };
  }

  #positionOf(one: Variable): number {
    const position = this.#positions?.get(one);
    if (position !== undefined) return position;
    throw new ArgumentError(
      `${this.name}.apply: the variable '${one.name}' is not one of those that this optimizer was built with. Make a new optimizer, or call build() with all variables first.`,
      { where: `${this.name}.apply`, got: one.name },
    );
  }

  #clip(gradients: readonly Tensor[]): readonly Tensor[] {
    const { clipnorm, clipvalue, globalClipnorm } = this;
    if (clipnorm !== undefined)
      return gradients.map((g) => div(mul(g, clipnorm), maximum(sqrt(sum(square(g))), clipnorm)));
    if (clipvalue !== undefined) return gradients.map((g) => clip(g, -clipvalue, clipvalue));
    if (globalClipnorm === undefined || gradients.length === 0) return gradients;
    const norm = sqrt(gradients.map((g) => sum(square(g))).reduce((a, b) => add(a, b)));
    // norm - norm is 0, or NaN where the norm is not finite: then no gradient is to be trusted.
    const scale = add(div(globalClipnorm, maximum(norm, globalClipnorm)), sub(norm, norm));
    return gradients.map((g) => mul(g, scale));
  }
}

/** @internal @throws ArgumentError unless the option is a finite number that passes its test */
export function checkNumber(where: string, name: string, value: number, passes: boolean, rule: string): void {
  if (typeof value === 'number' && Number.isFinite(value) && passes) return;
  throw new ArgumentError(`${where}: ${name} is ${String(value)}. Give ${rule}.`, { where, got: value });
}
