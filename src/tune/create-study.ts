/** Opens studies, new and resumed. */
import { ArgumentError, describeValue, optionsOf, suggestName } from '../errors.ts';
import { MemoryJournal } from './memory-journal.ts';
import type { Pruner } from './pruner.ts';
import { median } from './pruners/percentile.ts';
import type { Direction, Journal } from './records.ts';
import type { Sampler } from './sampler.ts';
import { genetic } from './samplers/genetic/genetic.ts';
import { tpe } from './samplers/tpe/tpe.ts';
import { openStudy, StudyLog } from './study-log.ts';
import { Study } from './study.ts';

/** Options of `createStudy`. */
export interface CreateStudyOptions {
  /** What the study is called in its storage. Default: the only one there, or 'study'. */
  readonly name?: string;
  /** Default: minimize. */
  readonly direction?: Direction;
  /** One for each objective, in place of `direction`. */
  readonly directions?: readonly Direction[];
  /** Default: `samplers.tpe()`, or `samplers.genetic()` with several objectives. */
  readonly sampler?: Sampler;
  /** Default: `pruners.median()`, which matters to objectives that report and ask `shouldPrune`. */
  readonly pruner?: Pruner;
  /** Where its trials are kept: a file's path, for Node, or what `journalFile` gives. Default: memory. */
  readonly storage?: Journal | string;
}

/** Studies of one journal read it together. */
const logs = new WeakMap<Journal, StudyLog>();

/**
 * Makes a study, or goes on with the one that its storage has.
 * @throws ArgumentError for other directions than the study has, or options that are none; for a storage that is a file
 *   what its journal throws
 * @example
 * const study = await createStudy({ direction: 'maximize', sampler: samplers.tpe({ seed: 1 }) });
 * await study.optimize((trial) => trial.suggestFloat('x', 0, 1), { trials: 20 });
 * study.bestParams; // { x: ... }
 */
export async function createStudy(options?: CreateStudyOptions): Promise<Study> {
  const given = optionsOf('createStudy', options);
  const directions = directionsOf(given);
  const { pruner = median() } = given;
  checkMade('sampler', given.sampler, 'sample');
  checkMade('pruner', pruner, 'shouldPrune');
  checkName(given.name);
  const storage = await storageOf(given.storage);
  const log = logs.get(storage) ?? new StudyLog(storage);
  logs.set(storage, log);
  await log.refresh();
  const name = given.name ?? defaultName(log);
  const { study } = await openStudy(log, name, () => ({
    kind: 'createStudy',
    name,
    directions: directions ?? ['minimize'],
  }));
  if (directions && directions.join() !== study.directions.join()) {
    throw new ArgumentError(
      `createStudy: the study '${name}' in ${storage.name} has directions ${study.directions.join(', ')}, not ${directions.join(', ')}. Leave them out, or take another name or storage.`,
      { where: 'createStudy', got: directions, expected: study.directions },
    );
  }
  const sampler = given.sampler ?? (study.directions.length > 1 ? genetic() : tpe());
  return new Study(log, study, { sampler, pruner });
}

/** @throws ArgumentError for what has not the method of a sampler or a pruner */
function checkMade(what: 'sampler' | 'pruner', value: unknown, method: string): void {
  if (value === undefined) return;
  if (typeof value === 'object' && typeof (value as Readonly<Record<string, unknown>> | null)?.[method] === 'function')
    return;
  const from = what === 'sampler' ? 'samplers' : 'pruners';
  const hint =
    typeof value === 'function' && value.name !== ''
      ? `Call it: ${from}.${value.name}().`
      : `Give what a function of ${from} makes, such as ${what === 'sampler' ? 'samplers.tpe()' : 'pruners.median()'}.`;
  throw new ArgumentError(`createStudy: the ${what} is ${describeValue(value)}. ${hint}`, {
    where: 'createStudy',
    got: value,
  });
}

function checkName(name: unknown): void {
  if (name === undefined || typeof name === 'string') return;
  throw new ArgumentError(`createStudy: the name is ${describeValue(name)}. Give a string.`, {
    where: 'createStudy',
    got: name,
  });
}

async function storageOf(storage: unknown): Promise<Journal> {
  if (storage === undefined) return new MemoryJournal();
  // Bundles for browsers leave out what only Node can do.
  if (typeof storage === 'string') return (await import('./journal-file.ts')).journalFile(storage);
  if (typeof (storage as Partial<Journal> | null)?.append === 'function') return storage as Journal;
  throw new ArgumentError(`createStudy: the storage is ${describeValue(storage)}. Give the path of a file.`, {
    where: 'createStudy',
    got: storage,
  });
}

function defaultName(log: StudyLog): string {
  const names = [...log.state.studies.values()].map((study) => study.name);
  if (names.length <= 1) return names[0] ?? 'study';
  throw new ArgumentError(
    `createStudy: ${log.journal.name} has ${names.length} studies: ${names.map((name) => `'${name}'`).join(', ')}. Say which one by name.`,
    { where: 'createStudy', got: names },
  );
}

/** @returns undefined when none is given: a study that is there has its own. */
function directionsOf({ direction, directions }: CreateStudyOptions): readonly Direction[] | undefined {
  if (direction !== undefined && directions !== undefined) {
    throw new ArgumentError('createStudy: direction and directions are both given. Give one of them.', {
      where: 'createStudy',
    });
  }
  const all = directions ?? (direction === undefined ? undefined : [direction]);
  if (all === undefined) return undefined;
  if (!Array.isArray(all) || all.length === 0) {
    throw new ArgumentError(`createStudy: directions is ${describeValue(all)}. Give an array of at least one.`, {
      where: 'createStudy',
      got: all,
    });
  }
  for (const one of all as readonly unknown[]) {
    if (one === 'minimize' || one === 'maximize') continue;
    throw new ArgumentError(
      `createStudy: the direction is ${describeValue(one)}; ${suggestName(one as string, ['minimize', 'maximize'])}`,
      { where: 'createStudy', got: one },
    );
  }
  return all as readonly Direction[];
}
