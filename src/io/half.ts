/** Half-precision floats: sign, five bits of exponent, ten of mantissa. */

const bits = /* @__PURE__ */ new DataView(/* @__PURE__ */ new ArrayBuffer(4));

/** The value of a half-precision float's 16 bits. @example halfToFloat(0x3c00) // 1 */
export function halfToFloat(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 31;
  const mantissa = half & 1023;
  if (exponent === 31) return mantissa === 0 ? sign * Infinity : NaN;
  if (exponent === 0) return (sign * mantissa) / 16777216;
  bits.setUint32(0, ((exponent + 112) << 23) | (mantissa << 13));
  return sign * bits.getFloat32(0);
}
