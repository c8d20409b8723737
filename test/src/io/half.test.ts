/** Half-precision floats, all 65,536 of them. */
import t from 'tap';
import { halfToFloat } from '../../../src/io/half.ts';

t.test('every half is sign, exponent and mantissa', (t) => {
  let wrong = 0;
  for (let half = 0; half < 65536; half++) {
    const exponent = (half >> 10) & 31;
    const mantissa = half & 1023;
    const size =
      exponent === 0
        ? mantissa * 2 ** -24
        : exponent < 31
          ? (1 + mantissa / 1024) * 2 ** (exponent - 15)
          : mantissa === 0
            ? Infinity
            : NaN;
    if (!Object.is(halfToFloat(half), half < 32768 || Number.isNaN(size) ? size : -size)) wrong++;
  }
  t.equal(wrong, 0);
  t.strictSame([0x3c00, 0xc000, 0x7bff].map(halfToFloat), [1, -2, 65504]);
  t.end();
});
