/**
 * Pieces of source for GPU.js kernels. Index variables are float32 on a graphics card, exact below 2^24, which is also
 * the largest tensor; a quotient of them may be off by one and is put right.
 */

/** The largest index that float32 holds exactly, and so the most elements of a tensor on a graphics card. */
export const GPU_MOST_ELEMENTS: number = 2 ** 24;

/** Array arguments that one kernel may have: WebGPU allows 8 storage buffers, and the result is one. */
export const GPU_MOST_OPERANDS = 7;

/** Lines that declare `quotient` and `rest` of a whole number by a whole size of at least 1. */
export function divide(quotient: string, rest: string, value: string, size: number): string {
  if (size === 1) return `let ${quotient} = ${value}; let ${rest} = 0;`;
  return (
    `let ${quotient} = Math.floor(${value} / ${size}); let ${rest} = ${value} - ${quotient} * ${size}; ` +
    `if (${rest} < 0) { ${quotient} = ${quotient} - 1; ${rest} = ${rest} + ${size}; } ` +
    `if (${rest} >= ${size}) { ${quotient} = ${quotient} + 1; ${rest} = ${rest} - ${size}; }`
  );
}

/**
 * Lines that declare a position along each axis of a flat index, the last axis fastest: `i0`, `i1`, ... for the prefix
 * `i`. Axes of size 1 get the literal 0.
 */
export function unravel(prefix: string, value: string, sizes: readonly number[]): string {
  const lines: string[] = [];
  let from = value;
  for (let axis = sizes.length - 1; axis > 0; axis--) {
    const rest = `${prefix}_${axis}`;
    lines.push(divide(rest, `${prefix}${axis}`, from, sizes[axis]!));
    from = rest;
  }
  if (sizes.length > 0) lines.push(`const ${prefix}0 = ${from};`);
  return lines.join('\n');
}

/** Lines that run only where `value` is an index below `size`; the tests that cannot fail are left out. */
export function within(value: string, [least, most]: readonly [number, number], size: number, lines: string): string {
  const below = most < size ? lines : `if (${value} < ${size}) {\n${lines}\n}`;
  return least >= 0 ? below : `if (${value} >= 0) {\n${below}\n}`;
}
