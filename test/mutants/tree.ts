/** A copy of the compiled tree in a mirrored repository root, where one file at a time holds a planted bug. */
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from '../house/sources.ts';
import type { Catcher, Mutant } from './mutant.ts';
import type { Outcome } from './rows.ts';

/** A child that runs longer has met an endless loop: the slowest part of the suite takes a few seconds. */
const TIME_LIMIT = 60_000;

/** What a part of the suite said. */
export interface Verdict {
  readonly broken?: { readonly row: string; readonly law: string; readonly cases?: number };
  readonly domains: Outcome['domains'];
}

/** The compiled tree that this file is part of. */
const compiled = fileURLToPath(new URL('../../', import.meta.url));

/** The bugs whose place in the compiled code is not there exactly once, or that would change nothing. */
export function unplantable(list: readonly Mutant[]): readonly string[] {
  return list.flatMap(({ file, name, find, replace }) => {
    const places = compiledCode(file).split(find).length - 1;
    return places === 1 && find !== replace ? [] : [`${file}: ${name}: found ${places} times: ${find}`];
  });
}

/** The code in which a source's bugs are planted. */
function compiledCode(file: string): string {
  return readFileSync(join(compiled, compiledPath(file)), 'utf8');
}

function compiledPath(file: string): string {
  return file.replace(/\.ts$/, '.js');
}

export class Tree {
  readonly #root: string;
  readonly #dist: string;

  constructor(number: number) {
    // The manifest makes `import 'gradtape'` mean the copy, and the links let tests find what they read.
    this.#root = join(root, '.scratch', `mutants-${number}`);
    this.#dist = join(this.#root, 'dist');
    rmSync(this.#root, { recursive: true, force: true });
    mkdirSync(this.#dist, { recursive: true });
    cpSync(join(root, 'package.json'), join(this.#root, 'package.json'));
    for (const name of readdirSync(root)) {
      if (['package.json', 'node_modules', 'dist'].includes(name) || name.startsWith('.')) continue;
      symlinkSync(join(root, name), join(this.#root, name));
    }
    for (const part of ['src', 'kernels', 'test']) {
      const filter = (path: string): boolean => !/\.(d\.ts|map)$/.test(path);
      cpSync(join(compiled, part), join(this.#dist, part), { recursive: true, filter });
    }
  }

  /** Plants a bug, asks its catchers, and restores the file. */
  async tryMutant({ file, find, replace, caughtBy }: Mutant): Promise<Verdict> {
    const path = join(this.#dist, compiledPath(file));
    const right = readFileSync(path, 'utf8');
    // A function, because a replacement string could hold patterns such as $&.
    writeFileSync(
      path,
      right.replace(find, () => replace),
    );
    try {
      return await this.ask(caughtBy);
    } finally {
      writeFileSync(path, right);
    }
  }

  /** Runs the part of the suite that a catcher names. */
  async ask(catcher: Catcher): Promise<Verdict> {
    if ('ops' in catcher) return this.#askRows('ops', catcher.ops);
    if ('layers' in catcher) return this.#askRows('layers', catcher.layers);
    return this.#askTest(catcher.test);
  }

  async #askRows(kind: string, names: readonly string[]): Promise<Verdict> {
    const { code, output, errors } = await this.#run(['test/mutants/rows.js', kind, ...names]);
    if (code === 0) return JSON.parse(output.trim().split('\n').at(-1) ?? '') as Outcome;
    return { broken: { row: names[0] ?? '', law: whyItStopped(code, errors) }, domains: {} };
  }

  async #askTest(file: string): Promise<Verdict> {
    const { code, output, errors } = await this.#run([compiledPath(file)]);
    if (code === 0) return { domains: {} };
    const lines = output.split('\n');
    const failed = lines.findIndex((line) => /^\s*not ok /.test(line));
    if (failed < 0) return { broken: { row: file, law: whyItStopped(code, errors) }, domains: {} };
    const test = lines.slice(0, failed).findLast((line) => line.includes('# Subtest: '));
    const claim = (test ?? lines[failed] ?? '').replace(/^.*(# Subtest: |not ok \d+ - )/, '');
    return { broken: { row: file, law: claim }, domains: {} };
  }

  #run([script = '', ...args]: readonly string[]): Promise<{ code: number | null; output: string; errors: string }> {
    return new Promise((resolve) => {
      const child = spawn(process.execPath, [join(this.#dist, script), ...args], {
        cwd: this.#root,
        env: { ...process.env, TAP_BAIL: '1' },
        stdio: ['ignore', 'pipe', 'pipe'],
        timeout: TIME_LIMIT,
        killSignal: 'SIGKILL',
      });
      let [output, errors] = ['', ''];
      child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
      child.on('close', (code) => resolve({ code, output, errors }));
    });
  }
}

function whyItStopped(code: number | null, errors: string): string {
  if (code === null) return 'it ends within the time limit';
  const line = errors.split('\n').find((one) => /^\w*Error\b/.test(one));
  return `it can be loaded (${line ?? `exit code ${code}`})`;
}
