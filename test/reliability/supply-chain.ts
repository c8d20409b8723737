/** F3: what installing the package brings along and runs. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../house/sources.ts';
import type { Measured } from './measure.ts';

interface Manifest {
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall'];

/** @param text of package.json */
export function supplyChain(text: string = readFileSync(join(root, 'package.json'), 'utf8')): Measured {
  const { scripts = {}, dependencies = {}, optionalDependencies = {} } = JSON.parse(text) as Manifest;
  const brought = [...Object.keys(dependencies), ...Object.keys(optionalDependencies)];
  const run = INSTALL_SCRIPTS.filter((name) => name in scripts);
  return {
    figure: `${brought.length} runtime dependencies, ${run.length} install scripts`,
    met: brought.length + run.length === 0,
    detail: { dependencies: brought, installScripts: run },
  };
}
