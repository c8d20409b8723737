/** Schedules against their formulas in double precision, in programs, in files, and what they refuse. */
import t from 'tap';
import { schedules } from '../../../src/optimizers/index.ts';
import { minimum, mul, type TensorLike } from '../../../src/ops/index.ts';
import { compile } from '../../../src/tape/compile.ts';
import { tensor, type Tensor } from '../../../src/tensor/tensor.ts';

interface Row {
  readonly schedule: schedules.LearningRateSchedule;
  readonly formula: (step: number) => number;
  /** Keras's settings. */
  readonly config: Readonly<Record<string, unknown>>;
}

const wave = (part: number): number => (1 + Math.cos(Math.PI * part)) / 2;

/** Period number and passed part of the step in periods of 4, 8, 16, ... steps. */
const doubling = (step: number): readonly [number, number] => {
  let [start, length, k] = [0, 4, 0];
  while (step >= start + length) {
    start += length;
    length *= 2;
    k++;
  }
  return [k, (step - start) / length];
};

const rows: readonly Row[] = [
  {
    schedule: schedules.exponentialDecay(0.1, 7, 0.9),
    formula: (step) => 0.1 * 0.9 ** (step / 7),
    config: {
      initial_learning_rate: 0.1,
      decay_steps: 7,
      decay_rate: 0.9,
      staircase: false,
      name: 'ExponentialDecay',
    },
  },
  {
    schedule: schedules.exponentialDecay(0.1, 8, 0.5, { staircase: true, name: 'own' }),
    formula: (step) => 0.1 * 0.5 ** Math.floor(step / 8),
    config: { initial_learning_rate: 0.1, decay_steps: 8, decay_rate: 0.5, staircase: true, name: 'own' },
  },
  {
    schedule: schedules.piecewiseConstantDecay([5, 9], [1, 0.5, 0.2]),
    formula: (step) => (step <= 5 ? 1 : step <= 9 ? 0.5 : 0.2),
    config: { boundaries: [5, 9], values: [1, 0.5, 0.2], name: 'PiecewiseConstant' },
  },
  {
    schedule: schedules.polynomialDecay(0.1, 10),
    formula: (step) => (0.1 - 1e-4) * (1 - Math.min(step, 10) / 10) + 1e-4,
    config: {
      initial_learning_rate: 0.1,
      decay_steps: 10,
      end_learning_rate: 1e-4,
      power: 1,
      cycle: false,
      name: 'PolynomialDecay',
    },
  },
  {
    schedule: schedules.polynomialDecay(0.1, 8, { endLearningRate: 0.01, power: 2, cycle: true }),
    formula: (step) => 0.09 * (1 - step / (8 * Math.max(1, Math.ceil(step / 8)))) ** 2 + 0.01,
    config: {
      initial_learning_rate: 0.1,
      decay_steps: 8,
      end_learning_rate: 0.01,
      power: 2,
      cycle: true,
      name: 'PolynomialDecay',
    },
  },
  {
    schedule: schedules.inverseTimeDecay(0.1, 10, 0.5),
    formula: (step) => 0.1 / (1 + (0.5 * step) / 10),
    config: {
      initial_learning_rate: 0.1,
      decay_steps: 10,
      decay_rate: 0.5,
      staircase: false,
      name: 'InverseTimeDecay',
    },
  },
  {
    schedule: schedules.inverseTimeDecay(0.1, 8, 0.5, { staircase: true }),
    formula: (step) => 0.1 / (1 + 0.5 * Math.floor(step / 8)),
    config: {
      initial_learning_rate: 0.1,
      decay_steps: 8,
      decay_rate: 0.5,
      staircase: true,
      name: 'InverseTimeDecay',
    },
  },
  {
    schedule: schedules.cosineDecay(0.1, 20, { alpha: 0.1 }),
    formula: (step) => 0.1 * (0.9 * wave(Math.min(step, 20) / 20) + 0.1),
    config: {
      initial_learning_rate: 0.1,
      decay_steps: 20,
      alpha: 0.1,
      name: 'CosineDecay',
      warmup_target: null,
      warmup_steps: 0,
    },
  },
  {
    schedule: schedules.cosineDecay(0.01, 20, { alpha: 0.1, warmupTarget: 0.2, warmupSteps: 5 }),
    formula: (step) => (step < 5 ? 0.01 + (0.19 * step) / 5 : 0.2 * (0.9 * wave((Math.min(step, 25) - 5) / 20) + 0.1)),
    config: {
      initial_learning_rate: 0.01,
      decay_steps: 20,
      alpha: 0.1,
      name: 'CosineDecay',
      warmup_target: 0.2,
      warmup_steps: 5,
    },
  },
  {
    schedule: schedules.cosineDecay(0.01, 20, { warmupTarget: 0.2 }),
    formula: (step) => 0.2 * wave(Math.min(step, 20) / 20),
    config: {
      initial_learning_rate: 0.01,
      decay_steps: 20,
      alpha: 0,
      name: 'CosineDecay',
      warmup_target: 0.2,
      warmup_steps: 0,
    },
  },
  {
    schedule: schedules.cosineDecayRestarts(0.1, 4, { mMul: 0.5, alpha: 0.1 }),
    formula: (step) => {
      const [k, part] = doubling(step);
      return 0.1 * (0.9 * 0.5 ** k * wave(part) + 0.1);
    },
    config: {
      initial_learning_rate: 0.1,
      first_decay_steps: 4,
      t_mul: 2,
      m_mul: 0.5,
      alpha: 0.1,
      name: 'SGDRDecay',
    },
  },
  {
    schedule: schedules.cosineDecayRestarts(0.1, 8, { tMul: 1 }),
    formula: (step) => 0.1 * wave((step % 8) / 8),
    config: { initial_learning_rate: 0.1, first_decay_steps: 8, t_mul: 1, m_mul: 1, alpha: 0, name: 'SGDRDecay' },
  },
];

/** Of float32 results of a handful of operations, relative to the largest rate. */
const TOLERANCE = 2 ** -20;

for (const { schedule, formula, config } of rows) {
  const title = `${schedule.className} ${JSON.stringify(config)}`;
  t.test(`${title}: each of 64 steps is the formula, also in a program`, async (t) => {
    const at = compile((step: Tensor) => schedule.at(step));
    const largest = Math.max(...Array.from({ length: 64 }, (_, step) => formula(step)));
    for (let step = 0; step < 64; step++) {
      const value = schedule.valueAt(step);
      const expected = formula(step);
      t.ok(Math.abs(value - expected) <= TOLERANCE * largest, `step ${step}: ${value}, not ${expected}`);
      t.equal((await at(tensor(step))).item(), value);
    }
    t.equal(at.cacheSize, 1);
  });

  t.test(`${title}: the envelope is Keras's, and gives it back`, (t) => {
    const envelope = schedules.serializeSchedule(schedule);
    t.strictSame(envelope, {
      module: 'keras.optimizers.schedules',
      class_name: schedule.className,
      config,
      registered_name: null,
    });
    const again = schedules.scheduleFromConfig(JSON.parse(JSON.stringify(envelope)) as typeof envelope);
    t.equal(again.constructor, schedule.constructor);
    t.strictSame(again.getConfig(), config);
    t.end();
  });
}

t.test('a piecewise rate is a tensor of the shape of the step', (t) => {
  const rates = schedules.piecewiseConstantDecay([1], [1, 2]).at(tensor([0, 1, 2]));
  t.strictSame(rates.toArray(), [1, 1, 2]);
  t.end();
});

t.test('a schedule of the user is read at a step inside a traced function too', async (t) => {
  class Warmup extends schedules.LearningRateSchedule {
    readonly className = 'Warmup';
    override at(step: TensorLike): Tensor {
      return minimum(mul(step, 0.25), 1);
    }
    override getConfig(): Record<string, unknown> {
      return {};
    }
  }
  const warmup = new Warmup();
  t.strictSame([0, 2, 9].map((step) => warmup.valueAt(step)), [0, 0.5, 1]); // prettier-ignore
  const traced = compile((x: Tensor) => mul(x, warmup.valueAt(2)));
  t.equal((await traced(tensor(8))).item(), 4);
});

t.test('wrong settings are refused', (t) => {
  const wrong: readonly (readonly [() => unknown, RegExp])[] = [
    [() => schedules.exponentialDecay(0.1, 0, 0.9), /exponentialDecay: decaySteps is 0\. Give a positive number/],
    [() => schedules.exponentialDecay(NaN, 1, 0.9), /exponentialDecay: initialLearningRate is NaN\. Give a finite/],
    [() => schedules.exponentialDecay(0.1, 1, undefined as never), /exponentialDecay: decayRate is undefined/],
    [() => schedules.inverseTimeDecay(0.1, -5, 0.9), /inverseTimeDecay: decaySteps is -5/],
    [() => schedules.inverseTimeDecay('0.1' as never, 5, 0.9), /initialLearningRate is '0\.1'/],
    [() => schedules.inverseTimeDecay(0.1, 5, Infinity), /inverseTimeDecay: decayRate is Infinity/],
    [() => schedules.piecewiseConstantDecay([1, 2], [1, 2]), /2 values for 2 boundaries\. Give one value more/],
    [() => schedules.piecewiseConstantDecay([2, 1], [1, 2, 3]), /the boundary 1 does not lie above 2/],
    [() => schedules.piecewiseConstantDecay([], [1]), /at least one boundary/],
    [() => schedules.piecewiseConstantDecay([1], [1, NaN]), /values\[1\] is NaN/],
    [() => schedules.polynomialDecay(0.1, NaN), /polynomialDecay: decaySteps is NaN/],
    [() => schedules.polynomialDecay(0.1, 1, { power: NaN }), /polynomialDecay: power is NaN/],
    [() => schedules.polynomialDecay(0.1, 1, { endLearningRate: Infinity }), /endLearningRate is Infinity/],
    [() => schedules.cosineDecay(0.1, 0), /cosineDecay: decaySteps is 0/],
    [() => schedules.cosineDecay(0.1, 1, { warmupSteps: -1 }), /cosineDecay: warmupSteps is -1/],
    [() => schedules.cosineDecay(0.1, 1, { warmupTarget: NaN }), /cosineDecay: warmupTarget is NaN/],
    [() => schedules.cosineDecayRestarts(0.1, 0), /cosineDecayRestarts: firstDecaySteps is 0/],
    [() => schedules.cosineDecayRestarts(0.1, 1, { tMul: 0.5 }), /tMul is 0\.5\. Give a number of at least 1/],
    [() => schedules.cosineDecayRestarts(0.1, 1, { mMul: NaN }), /cosineDecayRestarts: mMul is NaN/],
    [
      () => schedules.scheduleFromConfig({ class_name: 'CosineDecay', config: { decay_steps: 3 } }),
      /the settings of CosineDecay are wrong: .*initialLearningRate is undefined/,
    ],
    [() => schedules.scheduleFromConfig({ class_name: 'Cosine', config: {} }), /unknown schedule 'Cosine'/],
  ];
  for (const [make, message] of wrong) t.throws(make, { name: 'ArgumentError', message });
  t.throws(() => schedules.scheduleFromConfig(null as never), {
    name: 'FormatError',
    message: /scheduleFromConfig: null is no schedule/,
  });
  t.end();
});
