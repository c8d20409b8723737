/**
 * Functions of numbers for kernels of GPU.js, made of + - * /, floor, sqrt and comparisons only: what WebGPU promises of
 * its own exp, log, sin, tanh and pow is less than 4 units in the last place of a float32. Measured, errors stay within
 * 2 units in the modes cpu, webasm, webgpu and webgl2 (SwiftShader), for sin and cos up to |x| = 2^13 pi / 2; a pow that
 * is not a product adds 2 |y ln x| roundings.
 *
 * What is not an ordinary number, by mode. NaN goes through every function, since comparisons with NaN are false in all
 * of these modes; `x !== x` finds none on webgpu and is not used. Infinities come from overflow and from division by 0;
 * written out, Infinity would be the largest float32. Subnormal numbers are kept by cpu and webasm; webgpu and webgl2
 * count them as 0 of their sign, so that log of one is -Infinity. Mode cpu computes in double and rounds what a pass
 * stores: inside a chain a number may lie beyond float32.
 */

/** One function and what it calls. */
export interface GpuFunction {
  readonly name: string;
  readonly source: string;
  readonly uses: readonly GpuFunction[];
}

/** Sources of some functions and of all that they call, each once. */
export function sourcesOf(functions: Iterable<GpuFunction>): readonly string[] {
  const sources = new Set<string>();
  const add = ({ source, uses }: GpuFunction): void => {
    sources.add(source);
    uses.forEach(add);
  };
  for (const one of functions) add(one);
  return [...sources];
}

export function gpuFunction(
  name: string,
  parameters: string,
  body: string,
  ...uses: readonly GpuFunction[]
): GpuFunction {
  return { name, source: `function ${name}(${parameters}) {\n${body}\n}`, uses };
}

const LOG2E = 1.4426950408889634;
/** ln 2 in two parts; the first has 16 bits, so its product with an exponent is exact. */
const LN2_HIGH = 0.693145751953125;
const LN2_LOW = 1.4286068203094173e-6;
const LARGEST = 3.4028234663852886e38;
const TWO_75 = 2 ** 75;

/** Exponents and the powers of 2 that they mean. */
const POWERS = [
  [64, 2 ** 64],
  [32, 2 ** 32],
  [16, 2 ** 16],
  [8, 2 ** 8],
  [4, 2 ** 4],
  [2, 2 ** 2],
  [1, 2 ** 1],
] as const;

/** One line for each power, from the largest. */
const linesFor = (line: (exponent: number, power: number) => string): string =>
  POWERS.map(([exponent, power]) => line(exponent, power)).join('\n  ');

/** Multiplies `power` by 2^exponent while `rest` holds that exponent. */
const raised = (exponent: number, power: number): string =>
  `if (rest >= ${exponent}) { power = power * ${power}; rest = rest - ${exponent}; }`;

/** 2^k for whole k from -75 to 64. */
const powerOf2: GpuFunction = /* @__PURE__ */ gpuFunction(
  'powerOf2',
  'k',
  `  let rest = k + 75;
  let power = ${2 ** -75};
  ${raised(64, 2 ** 64)}
  ${linesFor(raised)}
  return power;`,
);

/** value 2^k for whole k from -150 to 128, rounded once. */
const scaleOf: GpuFunction = /* @__PURE__ */ gpuFunction(
  'scaleOf',
  'value, k',
  `  const half = Math.floor(k * 0.5);
  const power = powerOf2(half);
  let other = power;
  if (k - half - half > 0.5) { other = power * 2; }
  return value * power * other;`,
  powerOf2,
);

/** e^r - 1 for |r| <= ln(2) / 2: Taylor's series. */
const expPart: GpuFunction = /* @__PURE__ */ gpuFunction(
  'expPart',
  'r',
  `  return r + r * r * (${1 / 2} + r * (${1 / 6} + r * (${1 / 24} + r * (${1 / 120} + r * (${1 / 720} + r * ${1 / 5040})))));`,
);

export const expOf: GpuFunction = /* @__PURE__ */ gpuFunction(
  'expOf',
  'x',
  `  let y = x;
  if (y > 89) { y = 89; }
  if (y < -104) { y = -104; }
  const k = Math.floor(y * ${LOG2E} + 0.5);
  const r = y - k * ${LN2_HIGH} - k * ${LN2_LOW};
  let value = scaleOf(1 + expPart(r), k);
  if (x > 89) { value = x * ${LARGEST}; }
  if (x < -104) { value = 0; }
  return value;`,
  expPart,
  scaleOf,
);

export const expm1Of: GpuFunction = /* @__PURE__ */ gpuFunction(
  'expm1Of',
  'x',
  `  let y = x;
  if (y > 44) { y = 44; }
  if (y < -30) { y = -30; }
  const k = Math.floor(y * ${LOG2E} + 0.5);
  const r = y - k * ${LN2_HIGH} - k * ${LN2_LOW};
  const power = powerOf2(k);
  let value = power * expPart(r) + (power - 1);
  if (x > 44) { value = expOf(x); }
  if (Math.abs(x) < 1e-8) { value = x; }
  return value;`,
  powerOf2,
  expPart,
  expOf,
);

/** k ln 2 + ln(1 + f) for 1 + f in [sqrt(1/2), sqrt(2)], written so that only f itself enters with full weight. */
const logNear: GpuFunction = /* @__PURE__ */ gpuFunction(
  'logNear',
  'k, f',
  `  const half = 0.5 * f * f;
  const s = f / (2 + f);
  const z = s * s;
  const series = z * (${2 / 3} + z * (${2 / 5} + z * (${2 / 7} + z * ${2 / 9})));
  return k * ${LN2_HIGH} + (f - (half - (s * (half + series) + k * ${LN2_LOW})));`,
);

export const logOf: GpuFunction = /* @__PURE__ */ gpuFunction(
  'logOf',
  'x',
  `  let m = x;
  let k = 0;
  if (m < 1) { m = m * ${TWO_75}; k = k - 75; }
  if (m < 1) { m = m * ${TWO_75}; k = k - 75; }
  ${linesFor((exponent, power) => `if (m >= ${power}) { m = m * ${1 / power}; k = k + ${exponent}; }`)}
  if (m > ${Math.SQRT2}) { m = m * 0.5; k = k + 1; }
  let value = logNear(k, m - 1);
  if (x > ${LARGEST}) { value = x; }
  if (x < 7e-46) { value = -1 / (x * x); }
  if (x <= 0) { value = -1 / (x * x); }
  if (x < 0) { value = Math.sqrt(x); }
  return value;`,
  logNear,
);

export const log1pOf: GpuFunction = /* @__PURE__ */ gpuFunction(
  'log1pOf',
  'x',
  `  let value = logOf(1 + x);
  if (x > -0.25) { if (x < 0.375) { value = logNear(0, x); } }
  if (Math.abs(x) < 1e-8) { value = x; }
  return value;`,
  logOf,
  logNear,
);

export const tanhOf: GpuFunction = /* @__PURE__ */ gpuFunction(
  'tanhOf',
  'x',
  `  let size = Math.abs(x);
  if (size > 10) { size = 10; }
  const grown = expm1Of(2 * size);
  let value = grown / (grown + 2);
  if (size > 1) { value = 1 - 2 / (grown + 2); }
  if (x < 0) { value = -value; }
  if (size < 1e-5) { value = x; }
  return value;`,
  expm1Of,
);

export const sigmoidOf: GpuFunction = /* @__PURE__ */ gpuFunction(
  'sigmoidOf',
  'x',
  `  const e = expOf(-Math.abs(x));
  let value = 1 / (1 + e);
  if (x < 0) { value = e / (1 + e); }
  return value;`,
  expOf,
);

export const softplusOf: GpuFunction = /* @__PURE__ */ gpuFunction(
  'softplusOf',
  'x',
  `  let value = log1pOf(expOf(-Math.abs(x)));
  if (x > 0) { value = x + value; }
  return value;`,
  expOf,
  log1pOf,
);

/** Below 1 Taylor's series; to 4 a Chebyshev fit of e^(x^2) erfc(x) at (x - 2) / (x + 2), which adds 3e-12. */
export const erfOf: GpuFunction = /* @__PURE__ */ gpuFunction(
  'erfOf',
  'x',
  `  let size = Math.abs(x);
  if (size > 4) { size = 4; }
  const z = size * size;
  const low = -0.37612638903183754 + z * (0.11283791670955126 + z * (-0.026866170645131252 + z * (0.005223977625442188 + z * -0.0008548327023450853)));
  const high = 0.00012055332981789664 + z * (-1.492565035840625e-5 + z * (1.6462114365889248e-6 + z * -1.6365844691234924e-7));
  let value = size + size * (0.12837916709551256 + z * (low + z * z * z * z * z * high));
  if (size > 1) {
    const t = (size - 2) / (size + 2);
    const start = 0.25539567625190335 + t * (-0.42718584761434325 + t * (0.24165821109073088 + t * -0.07897852327253649));
    const end = 0.0037321413511564434 + t * (0.0069948554137499565 + t * (-0.0008365899727966219 + t * -0.0009441596350999681));
    value = 1 - expOf(-z) * (start + t * t * t * t * end);
  }
  if (x < 0) { value = -value; }
  if (x === 0) { value = x; }
  return value;`,
  expOf,
);

/**
 * The sine of x + shift pi / 2. pi / 2 in three parts, the first with 8 bits, so that the products are exact while the
 * quotient stays below 2^13. Beyond, the angle is off by |x| 2^-24 or so, which is what rounding x does.
 */
const sineOf: GpuFunction = /* @__PURE__ */ gpuFunction(
  'sineOf',
  'x, shift',
  `  const n = Math.floor(x * ${2 / Math.PI} + 0.5);
  let r = x - n * 1.5703125 - n * 0.00048375129699707031 - n * 7.549789954891882e-8;
  if (r > 0.8) { r = 0.8; }
  if (r < -0.8) { r = -0.8; }
  const z = r * r;
  const turned = n + shift;
  const quadrant = turned - 4 * Math.floor(turned * 0.25);
  let value = r + r * z * (${-1 / 6} + z * (${1 / 120} + z * (${-1 / 5040} + z * ${1 / 362880})));
  const cosine = 1 - 0.5 * z + z * z * (${1 / 24} + z * (${-1 / 720} + z * (${1 / 40320} + z * ${-1 / 3628800})));
  if (quadrant === 1) { value = cosine; }
  if (quadrant === 3) { value = cosine; }
  if (quadrant > 1.5) { value = -value; }
  return value;`,
);

export const sinOf: GpuFunction = /* @__PURE__ */ gpuFunction(
  'sinOf',
  'x',
  `  let value = sineOf(x, 0);
  if (Math.abs(x) < 1e-5) { value = x; }
  return value;`,
  sineOf,
);

export const cosOf: GpuFunction = /* @__PURE__ */ gpuFunction('cosOf', 'x', `  return sineOf(x, 1);`, sineOf);

/** x^n for whole n from 0 to 64 by repeated squaring: exact where the result is. */
const wholePower: GpuFunction = /* @__PURE__ */ gpuFunction(
  'wholePower',
  'x, n',
  `  let product = 1;
  let base = x;
  let rest = n;
  for (let i = 0; i < 7; i++) {
    const half = Math.floor(rest * 0.5);
    if (rest - half - half > 0.5) { product = product * base; }
    base = base * base;
    rest = half;
  }
  return product;`,
);

/**
 * x^y with the special cases of IEEE 754 and NumPy, but that an odd power above 64 of -0 is 0. Whole powers and halves
 * up to 64 are products and roots, others e^(y ln x).
 */
export const powOf: GpuFunction = /* @__PURE__ */ gpuFunction(
  'powOf',
  'x, y',
  `  const size = Math.abs(x);
  const count = Math.abs(y);
  const below = Math.floor(y);
  const half = Math.floor(y * 0.5);
  const whole = Math.floor(count);
  const part = count - whole;
  let value = expOf(y * logOf(size));
  if (size === 1) { if (count >= 0) { value = 1; } }
  if (x < 0) { if (y - half - half === 1) { value = -value; } }
  if (count <= 64) {
    let product = 0;
    let isProduct = 0;
    if (part === 0) { product = wholePower(x, whole); isProduct = 1; }
    if (part === 0.5) { product = wholePower(size, whole) * Math.sqrt(size); isProduct = 1; }
    if (isProduct > 0) {
      const large = Math.abs(product);
      if (y >= 0) { value = product; }
      if (y < 0) {
        if (large > 1e-37) { if (large < 1e37) { value = 1 / product; } }
        if (size === 0) { value = 1 / product; }
      }
    }
  }
  if (x < 0) { if (below < y) { if (size <= ${LARGEST}) { value = Math.sqrt(x); } } }
  if (x === 1) { value = 1; }
  return value;`,
  expOf,
  logOf,
  wholePower,
);

/** The larger of two, 0 above -0; NaN where one is: then no comparison is true. */
export const maximumOf: GpuFunction = /* @__PURE__ */ gpuFunction(
  'maximumOf',
  'a, b',
  `  let value = a + b;
  if (a > b) { value = a; }
  if (b > a) { value = b; }
  if (a === b) { if (a !== 0) { value = a; } }
  return value;`,
);

/** The smaller of two, -0 below 0; NaN where one is. */
export const minimumOf: GpuFunction = /* @__PURE__ */ gpuFunction(
  'minimumOf',
  'a, b',
  `  let value = a + b;
  if (a < b) { value = a; }
  if (b < a) { value = b; }
  if (a === b) {
    value = a;
    if (a === 0) { value = -(-a - b); }
  }
  return value;`,
);

/** 1 for numbers of either sign whose size is from 1e-15 to 1e15, else 0. */
const isBetween: GpuFunction = /* @__PURE__ */ gpuFunction(
  'isBetween',
  'x',
  `  let value = 0;
  const size = Math.abs(x);
  if (size > 1e-15) { if (size < 1e15) { value = 1; } }
  return value;`,
);

/**
 * a / b, put right by what it leaves: a device may miss the nearest number by 2.5 units, and more where b is written
 * out. What it leaves is exact whether or not a compiler makes one rounding of a product and a difference (that of an
 * H100 does): every product of two halves is exact, and nothing is taken from a but such products, the largest first.
 * Not where numbers are so large or small that the product of two halves could leave the range of float32.
 */
export const quotientOf: GpuFunction = /* @__PURE__ */ gpuFunction(
  'quotientOf',
  'a, b',
  `  let value = a / b;
  const spread = value * 4097;
  const high = spread - (spread - value);
  const low = value - high;
  const bSpread = b * 4097;
  const bHigh = bSpread - (bSpread - b);
  const bLow = b - bHigh;
  const rest = a - high * bHigh - high * bLow - low * bHigh - low * bLow;
  if (isBetween(a) > 0) { if (isBetween(b) > 0) { value = value + rest / b; } }
  return value;`,
  isBetween,
);
