/**
 * The import directions of the source tree as a table, and the reading of imports that checks it. A folder may import
 * from its own row and from the rows above it; a few folders may import less.
 */

/** Bottom first: what stands lower in this list may import what stands higher, never the other way round. */
const rows: readonly (readonly string[])[] = [
  ['errors', 'clock', 'console', 'is-node', 'names', 'svg', 'workers'],
  ['tensor', 'wasm'],
  ['kernels'],
  ['devices'],
  ['tape'],
  ['ops'],
  ['losses', 'optimizers', 'metrics', 'initializers', 'regularizers', 'constraints', 'activations'],
  ['layers'],
  ['models'],
  ['training'],
  ['data', 'io'],
  ['keras', 'safetensors'],
  ['callbacks', 'tune', 'ensemble'],
  ['testing', 'node'],
];

/** Folders that may import less than their row allows. */
const narrower: ReadonlyMap<string, readonly string[]> = new Map([
  ['wasm', ['wasm', 'errors']],
  ['io', ['io', 'tensor', 'errors', 'clock', 'console']],
  ['data', ['data', 'tensor', 'errors', 'kernels']],
]);

/** Files that only put the public API together. */
const entries: ReadonlySet<string> = new Set(['index', 'node', 'gpu', 'keras', 'safetensors', 'tune', 'browser']);

/** The unit of the table that a source file belongs to: its folder under src/, `kernels`, or a single file of src/. */
export const unitOf = (path: string): string => {
  const parts = path.split('/');
  if (parts[0] === 'kernels') return 'kernels';
  const name = parts[1] ?? '';
  return parts.length > 2 ? name : name.replace(/\.ts$/, '');
};

const isEntry = (path: string): boolean => /^src\/[^/]+\.ts$/.test(path) && entries.has(unitOf(path));

/** The file that a relative specifier means, as a path from the root of the repository. */
export const resolveImport = (from: string, specifier: string): string => {
  const parts = from.split('/').slice(0, -1);
  for (const step of specifier.split('/')) {
    if (step === '..') parts.pop();
    else if (step !== '.') parts.push(step);
  }
  return parts.join('/');
};

/** Blanks comments and keeps everything else, so that an example in a comment counts for nothing. */
export const withoutComments = (source: string): string =>
  source.replace(
    /\/\*[\s\S]*?\*\/|('(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`)|\/\/[^\n]*/g,
    (text, literal) => (literal === undefined ? text.replace(/[^\n]/g, ' ') : text),
  );

const importPattern =
  /(?:^|[;\n])\s*(?:import|export)\b[^;'"`]*?\bfrom\s*['"]([^'"]+)['"]|\bimport\s*\(?\s*['"]([^'"]+)['"]/g;

/** Every specifier that a source imports or re-exports, type imports included. */
export const importsOf = (source: string): readonly string[] =>
  [...withoutComments(source).matchAll(importPattern)].map((match) => match[1] ?? match[2] ?? '');

/** Why one file must not import another, or undefined when it may. */
export const refusal = (from: string, to: string): string | undefined => {
  if (isEntry(from)) return undefined;
  const [importer, imported] = [unitOf(from), unitOf(to)];
  const rowOf = (unit: string): number => rows.findIndex((row) => row.includes(unit));
  if (rowOf(importer) < 0) return `${from}: '${importer}' has no row in test/house/layers.ts; give it one.`;
  if (isEntry(to))
    return `${from} imports ${to}: an entry point only re-exports; import the file that defines the name.`;
  if (rowOf(imported) < 0) return `${from} imports ${to}: '${imported}' has no row in test/house/layers.ts.`;
  const allowed = narrower.get(importer);
  if (allowed !== undefined && !allowed.includes(imported)) {
    return `${from} imports ${to}: '${importer}' may import ${allowed.join(', ')} only.`;
  }
  if (rowOf(imported) > rowOf(importer)) {
    return `${from} imports ${to}: '${imported}' stands above '${importer}'. Move what both need below them, or pass it in.`;
  }
  return undefined;
};
