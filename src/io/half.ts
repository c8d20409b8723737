/** Half-precision floats: sign, five bits of exponent, ten of mantissa. */

const bits = /* @__PURE__ */ new DataView(/* @__PURE__ */ new ArrayBuffer(4));

/** The value of a half-precision float's 16 bits. @example halfToFloat(0x3c00) // 1 */
export function halfToFloat(half: number): number {
  bits.setUint32(0, bitsOfHalf(half));
  return bits.getFloat32(0);
}

/** The float32 of the same value: 1 sign, 5 exponent and 10 fraction bits become 1, 8 and 23. */
export function bitsOfHalf(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) return sign | 0x7f80_0000 | (fraction << 13);
  if (exponent !== 0) return sign | ((exponent + 112) << 23) | (fraction << 13);
  if (fraction === 0) return sign;
  // Subnormal, fraction 2^-24: shifted until its highest bit is the one that is not written.
  const shift = Math.clz32(fraction) - 21;
  return sign | ((113 - shift) << 23) | (((fraction << shift) & 0x3ff) << 13);
}
