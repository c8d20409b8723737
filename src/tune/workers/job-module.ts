/** The modules whose default exports threads run. */
import { ArgumentError, asSentence, describeValue, textOfThrown } from '../../errors.ts';
import type { JobProgram } from './job-link.ts';

/** Which module, and for whom. */
export interface ModulePayload {
  /** Its URL. */
  readonly module: string;
  /** The function that was given it, for messages. */
  readonly where: string;
}

/**
 * The default export of a module, which is imported once.
 * @throws ArgumentError for a module that cannot be imported, or that has no function as its default export
 */
export async function importDefault({ module, where }: ModulePayload): Promise<(argument: unknown) => unknown> {
  let exports: Readonly<Record<string, unknown>>;
  try {
    exports = (await import(/* webpackIgnore: true */ /* @vite-ignore */ module)) as Readonly<Record<string, unknown>>;
  } catch (cause) {
    throw new ArgumentError(
      `${where}: the module ${module} cannot be imported: ${asSentence(textOfThrown(cause))} Give the URL of a JavaScript module, such as new URL('./objective.js', import.meta.url).`,
      { where, got: module, cause },
    );
  }
  const { default: main } = exports;
  if (typeof main === 'function') return main as (argument: unknown) => unknown;
  const names = Object.keys(exports).filter((name) => name !== 'default');
  const found =
    main === undefined
      ? `no default export; it exports ${names.length === 0 ? 'nothing' : names.join(', ')}`
      : `${describeValue(main)} as its default export`;
  throw new ArgumentError(`${where}: the module ${module} has ${found}. Write 'export default' before the function.`, {
    where,
    got: module,
  });
}

/** Says whether a module can be run, before anything depends on it. */
export const checkJob: JobProgram = async (payload) => {
  await importDefault(payload as ModulePayload);
};
