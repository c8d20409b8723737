/** What was seen lately, of a number of things that is limited. */
export class Recent<Thing> {
  readonly #most: number;
  #things = new Set<Thing>();

  constructor(most: number) {
    this.#most = most;
  }

  /** @returns whether it was seen lately; it is from now on */
  see(thing: Thing): boolean {
    if (this.#things.has(thing)) return true;
    this.#things.add(thing);
    if (this.#things.size > this.#most) this.#forgetFirst();
    return false;
  }

  /** @returns goes back to now */
  mark(): () => void {
    const things = new Set(this.#things);
    return () => {
      this.#things = things;
    };
  }

  #forgetFirst(): void {
    for (const first of this.#things) {
      this.#things.delete(first);
      return;
    }
  }
}
