/** Free intervals of a region that grows at its end: best fit, neighbours joined. */

interface Interval {
  offset: number;
  size: number;
}

export class FreeList {
  /** Where the region ends. */
  size = 0;
  readonly #alignment: number;
  #free: Interval[] = [];

  /** Sizes are rounded up to multiples of the alignment, so that offsets are such. */
  constructor(alignment: number) {
    this.#alignment = alignment;
  }

  /** Whether an interval of this size can be had without growing. */
  fits(size: number): boolean {
    const wanted = this.#align(size);
    return this.#free.some((interval) => interval.size >= wanted);
  }

  /** What the region's end would be after an allocation of this size. */
  sizeAfter(size: number): number {
    if (this.fits(size)) return this.size;
    const last = this.#free.at(-1);
    const start = last && last.offset + last.size === this.size ? last.offset : this.size;
    return start + this.#align(size);
  }

  allocate(size: number): number {
    const wanted = this.#align(size);
    if (wanted === 0) return 0;
    let best: Interval | undefined;
    for (const interval of this.#free) {
      if (interval.size >= wanted && (best === undefined || interval.size < best.size)) best = interval;
    }
    if (best) {
      const { offset } = best;
      best.offset += wanted;
      best.size -= wanted;
      if (best.size === 0) this.#free = this.#free.filter((interval) => interval !== best);
      return offset;
    }
    // A free interval at the very end is extended rather than left behind.
    const last = this.#free.at(-1);
    const offset = last && last.offset + last.size === this.size ? last.offset : this.size;
    if (offset !== this.size) this.#free.pop();
    this.size = offset + wanted;
    return offset;
  }

  free(offset: number, size: number): void {
    const interval = { offset, size: this.#align(size) };
    if (interval.size === 0) return;
    let index = this.#free.findIndex((other) => other.offset > offset);
    if (index < 0) index = this.#free.length;
    this.#free.splice(index, 0, interval);
    this.#merge(index);
    this.#merge(index - 1);
  }

  // Joins the interval at `index` with its right neighbour when they touch.
  #merge(index: number): void {
    const left = this.#free[index];
    const right = this.#free[index + 1];
    if (!left || !right || left.offset + left.size !== right.offset) return;
    left.size += right.size;
    this.#free.splice(index + 1, 1);
  }

  #align(size: number): number {
    return Math.ceil(size / this.#alignment) * this.#alignment;
  }
}
