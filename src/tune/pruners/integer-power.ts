/** `base` to a whole power, by products alone: the same bits in every engine. */
export function integerPower(base: number, exponent: number): number {
  let power = 1;
  for (let i = 0; i < exponent; i++) power *= base;
  return power;
}
