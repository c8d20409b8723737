/** What a parameter may be, as Optuna writes it: JSON within JSON. */
import { parsePythonJson, PythonFloat, writePythonJson } from '../io/python-json.ts';
import {
  floatDistribution,
  intDistribution,
  type CategoricalDistribution,
  type Choice,
  type Distribution,
} from './distribution.ts';

/** @example {"name":"IntDistribution","attributes":{"log":false,"step":1,"low":1,"high":9}} */
export function writeDistribution(distribution: Distribution): string {
  switch (distribution.kind) {
    case 'categorical':
      return named('CategoricalDistribution', { choices: distribution.choices });
    case 'int': {
      const { log, step, low, high } = distribution;
      return named('IntDistribution', { log, step, low, high });
    }
    case 'float': {
      const { log, step, low, high } = distribution;
      const stepOrNull = step === null ? null : new PythonFloat(step);
      return named('FloatDistribution', {
        step: stepOrNull,
        low: new PythonFloat(low),
        high: new PythonFloat(high),
        log,
      });
    }
  }
}

function named(name: string, attributes: object): string {
  return writePythonJson({ name, attributes });
}

type Attributes = Readonly<Record<string, unknown>>;

/** By Optuna's names, those of its first versions among them. */
const readers: ReadonlyMap<string, (name: string, attributes: Attributes) => Distribution> = new Map([
  ['FloatDistribution', (name, { low, high, log, step }: Attributes) => float(name, { low, high, log, step })],
  ['UniformDistribution', (name, { low, high }: Attributes) => float(name, { low, high })],
  ['LogUniformDistribution', (name, { low, high }: Attributes) => float(name, { low, high, log: true })],
  ['DiscreteUniformDistribution', (name, { low, high, q }: Attributes) => float(name, { low, high, step: q })],
  ['IntDistribution', (name, { low, high, log, step }: Attributes) => int(name, { low, high, log, step })],
  ['IntUniformDistribution', (name, { low, high, step }: Attributes) => int(name, { low, high, step })],
  ['IntLogUniformDistribution', (name, { low, high }: Attributes) => int(name, { low, high, log: true })],
  ['CategoricalDistribution', (name, { choices }: Attributes) => categorical(name, choices)],
]);

/**
 * @param name of the parameter, for messages
 * @throws SyntaxError for what is no JSON, ArgumentError or TypeError for what is no distribution
 */
export function readDistribution(name: string, text: string): Distribution {
  const parsed = parsePythonJson(text) as { readonly name?: unknown; readonly attributes?: unknown } | null;
  const kind = parsed?.name;
  const read = typeof kind === 'string' ? readers.get(kind) : undefined;
  if (!read || typeof parsed?.attributes !== 'object' || parsed.attributes === null) {
    throw new TypeError(`the distribution is none of ${[...readers.keys()].join(', ')}`);
  }
  return read(name, parsed.attributes as Attributes);
}

function float(name: string, { low, high, log = false, step = null }: Attributes): Distribution {
  return floatDistribution(name, low as number, high as number, optionsOf(log, step));
}

/** Of a logarithmic one the step is written down and always 1. */
function int(name: string, { low, high, log = false, step = 1 }: Attributes): Distribution {
  return intDistribution(name, low as number, high as number, optionsOf(log, log === true && step === 1 ? null : step));
}

function optionsOf(log: unknown, step: unknown): { readonly log: boolean; readonly step?: number } {
  if (typeof log !== 'boolean') throw new TypeError('log is neither true nor false');
  return step === null ? { log } : { log, step: step as number };
}

/** Optuna takes the same choice twice, and numbers that are not finite: what stands in a journal is taken here, too. */
function categorical(name: string, choices: unknown): CategoricalDistribution {
  if (!Array.isArray(choices) || choices.length === 0) throw new TypeError(`the choices of '${name}' are no list`);
  for (const choice of choices as readonly unknown[]) {
    if (choice === null || ['string', 'number', 'boolean'].includes(typeof choice)) continue;
    throw new TypeError(`a choice of '${name}' is neither a text, a number, a boolean nor null`);
  }
  return { kind: 'categorical', choices: choices as readonly Choice[] };
}
