/** Run by prototype-pollution.ts: reads files with dangerous names, and looks whether any prototype changed. */
import { Model } from '../../src/models/model.ts';
import { hostileReaders, type HostileReader } from './hostile-readers.ts';
import { dangerousNames, type PollutionReport } from './prototype-pollution.ts';

const prototypes: readonly object[] = [Object, Array, Function, String, Number, Map, Promise, Uint8Array].map(
  (constructor) => constructor.prototype as object,
);

/** All properties of all prototypes, and their values. */
const snapshot = (): unknown[] =>
  prototypes.flatMap((prototype) =>
    Reflect.ownKeys(prototype).flatMap((key) => {
      const { value, get, set } = Reflect.getOwnPropertyDescriptor(prototype, key) ?? {};
      return [key, value, get, set] as unknown[];
    }),
  );

/** Puts what it reads where the name of it says. */
const polluting: HostileReader = {
  name: 'polluting',
  files: () => [],
  bombs: {},
  named: (name) => new TextEncoder().encode(name),
  read: (bytes) => {
    const tree: Record<string, Record<string, string>> = {};
    const name = new TextDecoder().decode(bytes);
    tree[name] ??= {};
    (tree[name] as Record<string, string>)['polluted'] = name;
    return new Map([[name, tree]]);
  },
};

/** Whether the name came through as a name. */
function holds(result: unknown, name: string): boolean {
  if (result instanceof Map) return result.has(name);
  if (result instanceof Model) return result.layers.some((layer) => layer.name === name);
  return Object.values(result as object).some((part) => part instanceof Map && part.has(name));
}

async function main(how: string, readers: readonly HostileReader[]): Promise<PollutionReport> {
  if (how === 'frozen') prototypes.forEach((prototype) => Object.freeze(prototype));
  const before = snapshot();
  const failures: string[] = [];
  let files = 0;
  for (const { name: reader, named, read } of readers) {
    for (const name of named ? dangerousNames : []) {
      files += 1;
      try {
        if (!holds(await read(await (named as NonNullable<typeof named>)(name)), name)) {
          failures.push(`${reader}: '${name}' is lost`);
        }
      } catch (error) {
        failures.push(`${reader}: '${name}': ${String(error)}`);
      }
      const after = snapshot();
      if (after.length !== before.length || after.some((value, i) => value !== before[i])) {
        failures.push(`${reader}: '${name}' changes a prototype`);
      }
    }
  }
  return { files, failures };
}

const [, , how, planted] = process.argv;
if (how !== undefined) {
  console.log(JSON.stringify(await main(how, planted === undefined ? hostileReaders : [...hostileReaders, polluting])));
}
