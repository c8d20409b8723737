/** Calls between layers: Keras 2's lists `[layer, call, output, kwargs]` as Keras 3's arguments. */
import { fieldsOf, isObject, type Fields } from '../json-reader.ts';
import { objectOf } from './layer-configs.ts';

/**
 * For each layer that is a model, how its calls are numbered: Keras 2 counts a model's own graph as its first call, and
 * Keras 3 does that in `output_layers` only.
 */
export interface ModelReferences {
  /** The number that Keras 2 has for the first call. */
  readonly first: ReadonlyMap<string, number>;
  /** Functional models, whose ends Keras 3 numbers from 1. */
  readonly functional: ReadonlySet<string>;
}

/** Tensors that the lists of a call name: `[layer, call, output]`, with the arguments of the call or without. */
type Reference = readonly [layer: string, call: number, output: number, kwargs?: unknown];

/** @param ends the model's outputs */
export function referencesTo(layers: readonly Fields[], ends: readonly unknown[]): ModelReferences {
  const calls = new Map<string, number>();
  const functional = new Set<string>();
  for (const fields of layers) {
    const name = fields.get('name');
    const className = fields.get('class_name');
    if (typeof name !== 'string' || !['Functional', 'Model', 'Sequential'].includes(className as string)) continue;
    const made = fields.get('inbound_nodes');
    calls.set(name, Array.isArray(made) ? made.length : 0);
    if (className !== 'Sequential') functional.add(name);
  }
  const first = new Map([...calls.keys()].map((name) => [name, Infinity]));
  if (calls.size > 0) {
    const pending: unknown[] = [...ends, ...layers.map((fields) => fields.get('inbound_nodes'))];
    while (pending.length > 0) {
      const value = pending.pop();
      if (isReference(value)) {
        const [name, call] = value;
        const known = first.get(name);
        if (known !== undefined && call < known) first.set(name, call);
      }
      if (Array.isArray(value)) for (const one of value as unknown[]) pending.push(one);
      else if (isObject(value)) pending.push(...Object.values(value));
    }
  }
  return {
    first: new Map([...first].map(([name, call]) => [name, call === 0 ? 0 : 1])),
    functional,
  };
}

/** Keras 3's `{ args, kwargs }` for one call. */
export function translateCall(className: unknown, call: unknown, references: ModelReferences): unknown {
  const tensorOf = ([name, number, output]: Reference): object => ({
    class_name: '__keras_tensor__',
    config: { keras_history: [name, number - (references.first.get(name) ?? 0), output] },
  });
  if (isReference(call)) return translateCall(className, [call], references);
  if (Array.isArray(call)) {
    const items = (call as readonly unknown[]).map((one) => itemOf(one, tensorOf));
    const inputs = items.map(({ tensor }) => tensor);
    const kwargs = tensorsIn(items[0]?.kwargs ?? new Map<string, unknown>(), tensorOf);
    const [first, ...states] = inputs;
    // Recurrent layers take their first states behind the sequence.
    if (states.length > 0 && recurrent.has(className))
      return { args: [first], kwargs: { ...kwargs, initial_state: states } };
    return { args: [inputs.length === 1 ? first : inputs], kwargs };
  }
  // Models that take a record of inputs; already Keras 3's form otherwise.
  if (!isObject(call) || !Object.values(call).every(isReference)) return call;
  const record = new Map([...fieldsOf('a call', call)].map(([key, one]) => [key, tensorOf(one as Reference)]));
  return { args: [objectOf(record)], kwargs: {} };
}

const recurrent: ReadonlySet<unknown> = new Set(['LSTM', 'GRU', 'SimpleRNN', 'Bidirectional']);

interface Item {
  readonly tensor: unknown;
  readonly kwargs: Fields;
}

function itemOf(value: unknown, tensorOf: (reference: Reference) => object): Item {
  if (!isReference(value)) return { tensor: value, kwargs: new Map() };
  const [name, , output, kwargs] = value;
  return {
    tensor: name === '_CONSTANT_VALUE' ? output : tensorOf(value),
    kwargs: isObject(kwargs) ? fieldsOf('a call', kwargs) : new Map(),
  };
}

function tensorsIn(kwargs: Fields, tensorOf: (reference: Reference) => object): object {
  const translate = (value: unknown): unknown => {
    if (isReference(value)) return value[0] === '_CONSTANT_VALUE' ? value[2] : tensorOf(value);
    return Array.isArray(value) ? (value as unknown[]).map(translate) : value;
  };
  return objectOf(new Map([...kwargs].map(([key, value]) => [key, translate(value)])));
}

/** Where a model begins or ends: one tensor, however it is wrapped, a list, or a record of them. */
export function translateEnds(ends: unknown, references: ModelReferences): unknown {
  const end = (value: unknown): unknown => {
    if (!isReference(value)) return value;
    const [name, call, output] = value;
    const from1 = references.functional.has(name) ? 1 : 0;
    return [name, call - (references.first.get(name) ?? 0) + from1, output];
  };
  if (isReference(ends)) return end(ends);
  if (Array.isArray(ends)) return ends.length === 1 ? end(ends[0]) : ends.map(end);
  if (!isObject(ends)) return ends;
  return objectOf(new Map([...fieldsOf('ends', ends)].map(([key, value]) => [key, end(value)])));
}

// Constants have a call of -1 and their value in place of the output.
function isReference(value: unknown): value is Reference {
  if (!Array.isArray(value) || value.length < 3 || value.length > 4) return false;
  const [name, call, output] = value as readonly unknown[];
  return typeof name === 'string' && Number.isInteger(call) && (Number.isInteger(output) || name === '_CONSTANT_VALUE');
}
