import t from 'tap';
import * as own from '../../kernels/math.ts';
import { numbers, ulps } from './ulps.ts';

const math = { ...own };

// Math.* itself is within one unit in every engine we know, ours within one (composed functions: two).
const against: { name: 'exp' | 'expm1' | 'log' | 'log1p' | 'tanh' | 'sin' | 'cos'; points: number[]; limit: number }[] =
  [
    { name: 'exp', points: numbers(-60, 9, 200), limit: 2 },
    { name: 'expm1', points: numbers(-1070, 9, 20).concat(numbers(-4, 4, 400)), limit: 3 },
    {
      name: 'log',
      points: numbers(-1074, 1023, 6)
        .map(Math.abs)
        .concat(numbers(-20, -1, 99).map((x) => 1 + x)),
      limit: 2,
    },
    { name: 'log1p', points: numbers(-1070, -1, 10).concat(numbers(0, 1023, 4).map(Math.abs)), limit: 2 },
    { name: 'tanh', points: numbers(-1070, 6, 10).concat(numbers(-6, 4, 400)), limit: 3 },
    { name: 'sin', points: numbers(-1070, 1023, 6).concat(numbers(-3, 20, 100)), limit: 2 },
    { name: 'cos', points: numbers(-40, 1023, 6).concat(numbers(-3, 20, 100)), limit: 2 },
  ];

for (const { name, points, limit } of against) {
  t.test(`${name} agrees with Math.${name} within ${limit} units in the last place`, (t) => {
    let worst = 0;
    let where = 0;
    for (const x of points) {
      const distance = ulps(math[name](x), Math[name](x));
      if (distance > worst) [worst, where] = [distance, x];
    }
    t.ok(worst <= limit, `${name}(${where}) is off by ${worst}`);
    t.end();
  });
}

t.test('sine and cosine reduce the hardest angles exactly', (t) => {
  // The double nearest to a multiple of pi/2, and two large ones; expected values from 1,500-bit arithmetic.
  t.ok(ulps(math.cos(6381956970095103 * 2 ** 797), -4.687165924254628e-19) <= 1);
  t.ok(ulps(math.sin(1e22), -0.8522008497671888) <= 1);
  t.ok(ulps(math.cos(Number.MAX_VALUE), -0.9999876894265599) <= 1);
  t.ok(ulps(math.sin(Math.PI), 1.2246467991473532e-16) <= 1);
  t.end();
});

t.test('erf matches high-precision values', (t) => {
  const table: [number, number][] = [
    [1e-300, 1.1283791670955126e-300],
    [0.1, 0.1124629160182849],
    [0.5, 0.5204998778130465],
    [0.9, 0.7969082124228322],
    [0.999999, 0.8427003778418023],
    [1, 0.8427007929497149],
    [1.5, 0.9661051464753108],
    [2, 0.9953222650189527],
    [3, 0.9999779095030014],
    [4.5, 0.9999999998033839],
    [5.9, 0.9999999999999999],
    [6, 1],
  ];
  for (const [x, value] of table) {
    t.ok(ulps(math.erf(x), value) <= 2, `erf(${x})`);
    t.equal(math.erf(-x), -math.erf(x), `erf is odd at ${x}`);
  }
  t.end();
});

t.test('sigmoid and softplus keep their identities without overflow', (t) => {
  for (const x of numbers(-60, 9, 40)) {
    // sigmoid(x) = e^x sigmoid(-x)
    if (x < 0) t.ok(ulps(math.sigmoid(x), math.exp(x) * math.sigmoid(-x)) <= 4, `sigmoid(${x})`);
    // softplus(x) - softplus(-x) = x
    const size = Math.abs(x);
    t.ok(ulps(math.softplus(size) - math.softplus(-size), size) <= 4 * Math.max(1, 1 / size), `softplus(${x})`);
  }
  t.equal(math.sigmoid(-745), 5e-324);
  t.equal(math.sigmoid(800), 1);
  t.equal(math.softplus(1e6), 1e6);
  t.equal(math.softplus(-1e6), 0);
  t.end();
});

t.test('pow is exact where its result is a double', (t) => {
  for (let base = -40; base <= 40; base++) {
    let product = 1;
    for (let y = 0; y <= 64 && Math.abs(product) <= 2 ** 53; y++, product *= base) {
      t.equal(math.pow(base, y), product, `${base}^${y}`);
      if (base !== 0) t.equal(math.pow(base, -y), 1 / product, `${base}^-${y}`);
    }
  }
  for (let y = -1074; y <= 1023; y++) t.ok(ulps(math.pow(2, y), 2 ** y) <= 1, `2^${y}`);
  t.end();
});

t.test('pow agrees with its own inverse and with sqrt', (t) => {
  for (const x of numbers(-1000, 1000, 1).map(Math.abs)) {
    t.ok(ulps(math.pow(x, 0.5), Math.sqrt(x)) <= 1, `${x}^0.5`);
    t.ok(ulps(math.pow(x, 1 / 4), Math.sqrt(Math.sqrt(x))) <= 2, `${x}^0.25`);
    t.ok(ulps(math.pow(x, -0.5), 1 / Math.sqrt(x)) <= 2, `${x}^-0.5`);
  }
  // Large logarithms would lose their last digits in a single double; expected values from 1,500-bit arithmetic.
  t.ok(ulps(math.pow(1 + 2 ** -10, 1024), 2.7169557294664357) <= 1);
  t.ok(ulps(math.pow(1.0001, 7e6), 9.793502502952126e303) <= 1);
  t.ok(ulps(math.pow(1.0001, -7e6), 1.021085152833282e-304) <= 1);
  t.ok(ulps(math.pow(0.9, -6543.21), 2.516922316693638e299) <= 1);
  for (const [x, y, value] of [
    [1.41, 2050.5, 9.414353461758314e305],
    [0.7101, -2040.25, 2.2149519963701407e303],
    [1.37, -2200.75, 1.2948272495907173e-301],
    [1.4142, 1999.5, 8.839147874349005e300],
    [0.73, 2222.125, 1.933350277888495e-304],
  ] as const) {
    t.ok(ulps(math.pow(x, y), value) <= 1, `${x}^${y}`);
  }
  t.end();
});

t.test('special values follow IEEE 754', (t) => {
  const { Infinity: inf, NaN: nan } = globalThis;
  const table: [keyof typeof math, number[], number][] = [
    ['exp', [inf], inf],
    ['exp', [-inf], 0],
    ['exp', [nan], nan],
    ['exp', [-0], 1],
    ['exp', [709.782712893384], 1.7976931348622732e308],
    ['exp', [709.782712893385], inf],
    ['exp', [-745.1332191019411], 5e-324],
    ['exp', [-745.1332191019412], 0],
    ['expm1', [inf], inf],
    ['expm1', [-inf], -1],
    ['expm1', [nan], nan],
    ['expm1', [-0], -0],
    ['log', [0], -inf],
    ['log', [-0], -inf],
    ['log', [-1], nan],
    ['log', [1], 0],
    ['log', [inf], inf],
    ['log', [nan], nan],
    ['log', [5e-324], -744.4400719213812],
    ['log1p', [-1], -inf],
    ['log1p', [-1.5], nan],
    ['log1p', [-0], -0],
    ['log1p', [inf], inf],
    ['log1p', [nan], nan],
    ['tanh', [inf], 1],
    ['tanh', [-inf], -1],
    ['tanh', [-0], -0],
    ['tanh', [nan], nan],
    ['sigmoid', [inf], 1],
    ['sigmoid', [-inf], 0],
    ['sigmoid', [nan], nan],
    ['softplus', [inf], inf],
    ['softplus', [-inf], 0],
    ['softplus', [nan], nan],
    ['erf', [inf], 1],
    ['erf', [-inf], -1],
    ['erf', [-0], -0],
    ['erf', [nan], nan],
    ['sin', [-0], -0],
    ['sin', [inf], nan],
    ['sin', [nan], nan],
    ['cos', [0], 1],
    ['cos', [-inf], nan],
    ['cos', [nan], nan],
    ['pow', [nan, 0], 1],
    ['pow', [1, nan], 1],
    ['pow', [nan, 1], nan],
    ['pow', [2, nan], nan],
    ['pow', [-1, inf], 1],
    ['pow', [2, inf], inf],
    ['pow', [2, -inf], 0],
    ['pow', [-0.5, inf], 0],
    ['pow', [0.5, -inf], inf],
    ['pow', [0, 3.5], 0],
    ['pow', [0, -2], inf],
    ['pow', [-0, 3], -0],
    ['pow', [-0, -3], -inf],
    ['pow', [-0, 2], 0],
    ['pow', [-0, -2.5], inf],
    ['pow', [inf, 2.5], inf],
    ['pow', [inf, -1], 0],
    ['pow', [-inf, 3], -inf],
    ['pow', [-inf, -3], -0],
    ['pow', [-inf, 2], inf],
    ['pow', [-8, 1 / 3], nan],
    ['pow', [-2, -3], -0.125],
    ['pow', [2, 1024], inf],
    ['pow', [2, -1075], 0],
    ['pow', [-2, 1025], -inf],
    ['pow', [1.5, 1e300], inf],
    ['pow', [1.5, -1e300], 0],
    ['pow', [0.5, 1e300], 0],
  ];
  for (const [name, args, expected] of table) {
    const actual = (math[name] as (...args: number[]) => number)(...args);
    t.ok(Object.is(actual, expected), `${name}(${args.join(', ')}) is ${expected}, got ${actual}`);
  }
  t.end();
});
