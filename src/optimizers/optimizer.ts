/**
 * What an optimizer is: variables of its own (number of steps, learning rate, slots such as moments) and one step, in
 * Keras's order: gradients are clipped, weights decay, every variable is updated, averaged and constrained.
 */
import { ArgumentError, describeValue, optionsOf, ShapeError } from '../errors.ts';
import { add, div, floor, mul, sub } from '../ops/index.ts';
import { formatShape, sameShape } from '../tensor/shape.ts';
import { full, Tensor } from '../tensor/tensor.ts';
import { variable as makeVariable, Variable } from '../tensor/variable.ts';
import { checkNumber } from './checks.ts';
import { clipGradients } from './clipping.ts';
import { ComputedVariable } from './computed-variable.ts';
import { accumulatedUpdate } from './gradient-accumulation.ts';
import { checkOptions, type OptimizerOptions } from './options.ts';
import { LearningRateSchedule, serializeSchedule } from './schedules/index.ts';
import { updateAverages } from './weight-averages.ts';

/** One variable's part of a step. */
export interface UpdateStep {
  readonly variable: Variable;
  readonly gradient: Tensor;
  /** What `prepareRate` gave: a scalar. */
  readonly rate: Tensor;
  /** Where the variable stands in the list that the optimizer was built with, and so its slots in theirs. */
  readonly index: number;
}

/** Which weights do not decay. */
export interface WeightDecayExclusion {
  readonly variables?: readonly Variable[];
  /** Parts of names: `'bias'` excludes every variable whose own name, after the layer's, contains it. */
  readonly names?: readonly string[];
}

export abstract class Optimizer {
  /** Keras's class name. */
  readonly className: string;
  readonly name: string;
  /**
   * A scalar that callbacks read and assign: `optimizer.learningRate.assign(tensor(1e-4))`. With a schedule it is that
   * of the current step, and to assign it is an ArgumentError.
   */
  readonly learningRate: Variable;
  /** The number of updates so far, a scalar; exact up to 2^24 steps. */
  readonly iterations: Variable;
  readonly weightDecay: number | undefined;
  readonly clipnorm: number | undefined;
  readonly clipvalue: number | undefined;
  readonly globalClipnorm: number | undefined;
  readonly useEma: boolean;
  readonly emaMomentum: number;
  readonly emaOverwriteFrequency: number | undefined;
  readonly lossScaleFactor: number | undefined;
  readonly gradientAccumulationSteps: number | undefined;
  readonly #schedule: LearningRateSchedule | undefined;
  // Counts calls of apply; with accumulated gradients there are several to an update.
  readonly #counter: Variable;
  readonly #slots: Variable[] = [];
  readonly #averages = new Map<Variable, Variable>();
  #gradientSums: readonly Variable[] = [];
  #positions: Map<Variable, number> | undefined;
  #undecayed: WeightDecayExclusion = {};

  protected constructor(className: string, defaultRate: number, options: OptimizerOptions) {
    this.className = className;
    checkOptions(className.toLowerCase(), options);
    this.name = options.name ?? className.toLowerCase();
    this.weightDecay = options.weightDecay;
    this.clipnorm = options.clipnorm;
    this.clipvalue = options.clipvalue;
    this.globalClipnorm = options.globalClipnorm;
    this.useEma = options.useEma ?? false;
    this.emaMomentum = options.emaMomentum ?? 0.99;
    this.emaOverwriteFrequency = options.emaOverwriteFrequency;
    this.lossScaleFactor = options.lossScaleFactor;
    this.gradientAccumulationSteps = options.gradientAccumulationSteps;
    this.#counter = makeVariable(full([], 0), { name: `${this.name}/iteration`, trainable: false });
    const steps = this.gradientAccumulationSteps;
    this.iterations = steps
      ? new ComputedVariable(this.#counter, (count) => floor(div(count, steps)), {
          name: `${this.name}/iterations`,
          refusal: 'It is the number of steps divided by gradientAccumulationSteps.',
        })
      : this.#counter;
    const rate = options.learningRate ?? defaultRate;
    this.#schedule = rate instanceof LearningRateSchedule ? rate : undefined;
    this.learningRate = this.#makeRate(rate);
  }

  /** True once the slots exist. */
  get built(): boolean {
    return this.#positions !== undefined;
  }

  /** All variables of the optimizer in Keras's order: iterations, learning rate unless it is scheduled, slots. */
  get variables(): readonly Variable[] {
    return [this.#counter, ...(this.#schedule ? [] : [this.learningRate]), ...this.#slots];
  }

  /** The moving average of each weight, with `useEma` and once the slots exist. */
  get averages(): ReadonlyMap<Variable, Variable> {
    return this.#averages;
  }

  /** Makes the slots for these variables; `apply` does it on first use. A second call changes nothing. */
  build(variables: readonly Variable[]): void {
    if (this.#positions) return;
    this.#positions = new Map(variables.map((one, index) => [one, index]));
    if (this.useEma) {
      const [averages] = this.addSlots(variables, ['average']);
      variables.forEach((one, index) => this.#averages.set(one, averages[index] as Variable));
    }
    if (this.gradientAccumulationSteps) [this.#gradientSums] = this.addSlots(variables, ['gradient_accumulator']);
    this.buildSlots(variables);
  }

  /**
   * Chooses weights that `weightDecay` leaves alone; replaces an earlier choice.
   * @throws ArgumentError once the optimizer has made its slots
   * @example optimizer.excludeFromWeightDecay({ names: ['bias', 'gamma', 'beta'] })
   */
  excludeFromWeightDecay(exclusion: WeightDecayExclusion): void {
    if (this.built) {
      throw new ArgumentError(
        `${this.name}.excludeFromWeightDecay: the optimizer has been built. Call it before the first step.`,
        { where: `${this.name}.excludeFromWeightDecay` },
      );
    }
    const at = `${this.name}.excludeFromWeightDecay`;
    const { variables = [], names = [] } = optionsOf(at, exclusion);
    if (![variables, names].every(Array.isArray) || names.some((part) => typeof part !== 'string')) {
      throw new ArgumentError(`${at}: give { variables: [...] } or { names: ['bias', ...] }, or both.`, {
        where: at,
        got: exclusion,
      });
    }
    this.#undecayed = { variables, names };
  }

  /** @internal What `excludeFromWeightDecay` chose. */
  get undecayed(): WeightDecayExclusion {
    return this.#undecayed;
  }

  /** The loss times `lossScaleFactor`: what gradients for `apply` are taken of. */
  scaleLoss(loss: Tensor): Tensor {
    return this.lossScaleFactor === undefined ? loss : mul(loss, this.lossScaleFactor);
  }

  /**
   * One step: assigns new values to the variables, to the slots and to the number of steps. Works eagerly and in
   * compiled functions. No gradients, no step.
   * @param gradients one per variable, of its shape
   * @param variables those that the optimizer was built with, or some of them
   * @throws ArgumentError for lists of different lengths or a variable that the optimizer was not built with; ShapeError
   *   for a gradient of another shape than its variable's
   */
  apply(gradients: readonly Tensor[], variables: readonly Variable[]): void {
    this.#checkLists(gradients, variables);
    if (gradients.length === 0) return;
    this.build(variables);
    const positions = variables.map((one) => this.#positionOf(one));
    const { lossScaleFactor, gradientAccumulationSteps: steps } = this;
    const given = lossScaleFactor === undefined ? gradients : gradients.map((g) => div(g, lossScaleFactor));
    if (steps) {
      accumulatedUpdate({
        gradients: given,
        sums: positions.map((position) => this.#gradientSums[position] as Variable),
        counter: this.#counter.value,
        steps,
        assigned: [...variables, ...this.#slots],
        update: (means) => this.#updateAll(means, variables, positions),
      });
    } else this.#updateAll(given, variables, positions);
    if (this.useEma) {
      updateAverages(this.#averages, this.iterations.value, {
        momentum: this.emaMomentum,
        overwriteFrequency: this.emaOverwriteFrequency,
      });
    }
    for (const one of variables) if (one.constraint) one.assign(one.constraint(one.value));
    this.#counter.assign(add(this.#counter, 1));
  }

  /**
   * Gives weights the values that training ends with: their moving averages with `useEma`, else those they have. `fit`
   * calls it.
   */
  async finalizeVariableValues(variables: readonly Variable[]): Promise<void> {
    for (const one of variables) {
      const average = this.#averages.get(one);
      if (average) one.assign(await average.read());
    }
  }

  /** The settings as Keras writes them. */
  getConfig(): Record<string, unknown> {
    return {
      name: this.name,
      learning_rate: this.#schedule ? serializeSchedule(this.#schedule) : this.learningRate.hostValue().item(),
      weight_decay: this.weightDecay ?? null,
      clipnorm: this.clipnorm ?? null,
      global_clipnorm: this.globalClipnorm ?? null,
      clipvalue: this.clipvalue ?? null,
      use_ema: this.useEma,
      ema_momentum: this.emaMomentum,
      ema_overwrite_frequency: this.emaOverwriteFrequency ?? null,
      loss_scale_factor: this.lossScaleFactor ?? null,
      gradient_accumulation_steps: this.gradientAccumulationSteps ?? null,
    };
  }

  /** Makes the slots with `addSlots`. */
  protected abstract buildSlots(variables: readonly Variable[]): void;

  /** Assigns the new value of one variable and of its slots. */
  protected abstract update(step: UpdateStep): void;

  /** The scalar that all updates of a step share; called once per step. Default: the learning rate itself. */
  protected prepareRate(learningRate: Tensor): Tensor {
    return learningRate;
  }

  /**
   * A slot of each variable's shape, for each of the names; named `adam/dense/kernel/momentum`.
   * @param initial one first value per name; default zeros
   * @returns one list per name, in the order of the variables
   */
  protected addSlots<const Names extends readonly string[]>(
    variables: readonly Variable[],
    names: Names,
    initial: readonly number[] = [],
  ): { readonly [Index in keyof Names]: readonly Variable[] } {
    const lists = names.map((): Variable[] => []);
    for (const one of variables) {
      names.forEach((name, i) =>
        lists[i]?.push(this.#addSlot(`${one.name}/${name}`, full(one.shape, initial[i] ?? 0))),
      );
    }
    return lists as unknown as { readonly [Index in keyof Names]: readonly Variable[] };
  }

  /** A scalar of the optimizer's own, saved with the slots. */
  protected addScalar(name: string, initial: number): Variable {
    return this.#addSlot(name, full([], initial));
  }

  #addSlot(name: string, initial: Tensor): Variable {
    const slot = makeVariable(initial, { name: `${this.name}/${name}`, trainable: false });
    this.#slots.push(slot);
    return slot;
  }

  #makeRate(rate: number | LearningRateSchedule): Variable {
    const name = `${this.name}/learning_rate`;
    if (rate instanceof LearningRateSchedule) {
      return new ComputedVariable(this.#counter, (step) => rate.at(step), {
        name,
        refusal: 'A schedule sets this learning rate. Make the optimizer with a number to set it yourself.',
      });
    }
    checkNumber(this.name, 'learningRate', rate, () => rate >= 0, 'a number of at least 0 or a schedule');
    return makeVariable(full([], rate), { name, trainable: false });
  }

  #updateAll(gradients: readonly Tensor[], variables: readonly Variable[], positions: readonly number[]): void {
    const clipped = clipGradients(gradients, this);
    const learningRate = this.learningRate.value;
    for (const one of variables) this.#decay(one, learningRate);
    const rate = this.prepareRate(learningRate);
    variables.forEach((one, i) => {
      this.update({ variable: one, gradient: clipped[i] as Tensor, rate, index: positions[i] as number });
    });
  }

  #decay(one: Variable, learningRate: Tensor): void {
    const { variables, names } = this.#undecayed;
    const ownName = one.name.slice(one.name.lastIndexOf('/') + 1);
    if (!this.weightDecay || variables?.includes(one) || names?.some((part) => ownName.includes(part))) return;
    one.assign(sub(one, mul(mul(one, this.weightDecay), learningRate)));
  }

  #checkLists(gradients: readonly Tensor[], variables: readonly Variable[]): void {
    const where = `${this.name}.apply`;
    const lists = Array.isArray(gradients) && Array.isArray(variables);
    if (!lists || gradients.some((g) => !(g instanceof Tensor)) || variables.some((v) => !(v instanceof Variable))) {
      throw new ArgumentError(`${where}: give an array of gradients, which are tensors, and an array of variables.`, {
        where,
        got: [describeValue(gradients), describeValue(variables)],
      });
    }
    if (gradients.length !== variables.length) {
      throw new ArgumentError(
        `${where}: ${gradients.length} gradients for ${variables.length} variables. Give one per variable.`,
        { where, got: gradients.length, expected: variables.length },
      );
    }
    variables.forEach(({ name, shape }, i) => {
      const got = (gradients[i] as Tensor).shape;
      if (sameShape(got, shape)) return;
      throw new ShapeError(
        `${where}: the gradient of '${name}' has the shape ${formatShape(got)}; it must be the variable's, ${formatShape(shape)}.`,
        { where, got, expected: shape },
      );
    });
  }

  #positionOf(one: Variable): number {
    const position = this.#positions?.get(one);
    if (position !== undefined) return position;
    throw new ArgumentError(
      `${this.name}.apply: the variable '${one.name}' is not one of those that this optimizer was built with. Make a new optimizer, or call build() with all variables first.`,
      { where: `${this.name}.apply`, got: one.name },
    );
  }
}
