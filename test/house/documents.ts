/**
 * The examples of a page as programs. A block without imports goes on where the block before it ended. What a block
 * prints, and the error that ends it, is the text block that follows it. A block that begins with the name of a file is
 * that file, for the others to import or to give to threads.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { Test } from 'tap';
import { root } from './sources.ts';

export interface Example {
  /** `README.md, line 31`. */
  readonly title: string;
  /** The block behind those that it goes on from. */
  readonly source: string;
  /** What the page says that the block prints. */
  readonly prints: string;
  /** `objective.ts`, for a block that is a module beside the programs, and not run by itself. */
  readonly file?: string;
}

/** Between what earlier blocks print and what the block prints. */
const MARK = '==== the block begins ====';
/** A line that tells of an error. */
const ERROR = /^\w*Error: /m;
/** The first line of a block that is a file. */
const FILE = /^\/\/ (\S+\.ts)\n/;
const BLOCK = /^```ts\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?/gms;

const run = promisify(execFile);

/** The compiler's program itself: its script cannot be loaded under the hooks that tap gives every process of Node's. */
const { default: compilerPath } = (await import(
  pathToFileURL(join(root, 'node_modules/typescript/lib/getExePath.js')).href
)) as { readonly default: () => string };

/** The examples of a page, in its order. */
export function examplesOf(page: string, text: string): readonly Example[] {
  let before = '';
  return [...text.matchAll(BLOCK)].map(({ 1: code = '', 2: prints = '', index }) => {
    const line = text.slice(0, index).split('\n').length;
    const title = `${page}, line ${line}`;
    const file = FILE.exec(code)?.[1];
    if (file !== undefined) return { title, source: code, prints: '', file };
    if (/^import /m.test(code)) before = '';
    const imports = [...`${before}${code}`.matchAll(/^import .*\n/gm)].join('');
    const body = (some: string): string => some.replaceAll(/^import .*\n/gm, '');
    const source = `${imports}${body(before)}console.log('${MARK}');\n${body(code)}`;
    // A block that ends with an error cannot be gone on from.
    if (!ERROR.test(prints)) before += code;
    return { title, source, prints: prints.trimEnd() };
  });
}

/**
 * Compiles examples in a folder, strictly.
 * @returns what the compiler says, nothing when all is well
 */
export async function compileExamples(
  folder: string,
  examples: readonly Example[],
  options: { readonly ambient?: string; readonly skipLibCheck?: boolean } = {},
): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const { ambient = '', skipLibCheck = true } = options;
  const compilerOptions = { target: 'es2022', lib: ['es2023', 'dom'], module: 'nodenext', types: [], strict: true };
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: { ...compilerOptions, skipLibCheck, outDir: 'out', rootDir: '.' } }),
  );
  writeFileSync(join(folder, 'given.d.ts'), ambient);
  examples.forEach(({ source, file }, index) => writeFileSync(join(folder, file ?? `example-${index}.ts`), source));
  try {
    await run(compilerPath(), ['-p', folder]);
    return '';
  } catch (error) {
    const { stdout, message } = error as { stdout?: string; message: string };
    return stdout || message;
  }
}

/**
 * Runs a compiled example in a process of its own.
 * @param setup statements that make the values that `ambient` declares
 * @returns what the block printed, then the error that ended it
 */
export async function runExample(folder: string, index: number, setup = ''): Promise<string> {
  const program = `${setup}
    await import('./out/example-${index}.js').catch((error) => console.log(\`\${error.name}: \${error.message}\`));`;
  writeFileSync(join(folder, `run-${index}.js`), program);
  const { stdout } = await run(process.execPath, [`run-${index}.js`], { cwd: folder });
  return (stdout.split(`${MARK}\n`)[1] ?? stdout).trimEnd();
}

/** Asserts that examples compile, run, and print what their page says. */
export async function checkExamples(
  t: Test,
  folder: string,
  examples: readonly Example[],
  { ambient = '', setup = '' }: { readonly ambient?: string; readonly setup?: string } = {},
): Promise<void> {
  t.equal(await compileExamples(folder, examples, { ambient }), '', 'they compile strictly');
  for (const [index, { title, prints, file }] of examples.entries()) {
    if (file !== undefined) continue;
    const printed = await runExample(folder, index, setup);
    // A page need not show what a block prints, such as a progress bar's times, but an error it must.
    if (prints === '') t.notMatch(printed, ERROR, `${title} runs`);
    else t.equal(printed, prints, `${title} prints what the page says`);
  }
}
