/** That each fold and each trial has a model of its own: one trained before knows the samples that are to judge it. */
import { ArgumentError } from '../errors.ts';
import type { Model } from '../training/models.ts';

/** @internal Models of one run, and the variables that training changes. */
export class FreshModels {
  readonly #where: string;
  /** For which fold or trial a model or a variable was made. */
  readonly #owners = new WeakMap<object, FreshOwner>();

  constructor(where: string) {
    this.#where = where;
  }

  /**
   * Called when a model is made and, since layers may get their weights only then, when it is trained.
   * @throws ArgumentError for a model that another owner has, or that shares trainable weights with one
   */
  claim(model: Model, owner: FreshOwner): void {
    const before = this.#taken(model, owner);
    if (before !== undefined) {
      throw new ArgumentError(
        `${this.#where}: the function gave the model '${model.name}' for ${before} and again for ${owner.what}. It would go on with the weights of ${before}, which were trained on other samples or by other parameters. Make a new model each time the function is called.`,
        { where: this.#where, got: model.name },
      );
    }
    for (const variable of model.trainableWeights) {
      const user = this.#taken(variable, owner);
      if (user === undefined) continue;
      throw new ArgumentError(
        `${this.#where}: the models of ${user} and of ${owner.what} share the weights '${variable.name}', so that one would go on with what the other learned. Make all layers in the function, or set trainable to false on those that are shared.`,
        { where: this.#where, got: variable.name },
      );
    }
  }

  /** Takes what is free. @returns who else has it */
  #taken(thing: object, owner: FreshOwner): string | undefined {
    const found = this.#owners.get(thing) ?? owner;
    this.#owners.set(thing, found);
    return found === owner ? undefined : found.what;
  }
}

/** @internal One call of the function: `fold 2`. */
export interface FreshOwner {
  readonly what: string;
}
