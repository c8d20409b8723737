/** C3: names that mean something to JavaScript, in files, with prototypes as they are and frozen: 0 of them get through. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Measured } from './measure.ts';

/** What every object has, and what only looks like it. */
export const dangerousNames: readonly string[] = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'valueOf',
  'hasOwnProperty',
  'isPrototypeOf',
  'toJSON',
  'then',
  'length',
  'get',
  '__defineGetter__',
  '__lookupSetter__',
];

export interface PollutionReport {
  readonly files: number;
  readonly failures: readonly string[];
}

const child = fileURLToPath(new URL('prototype-pollution-child.js', import.meta.url));

/** Reads the files in a process of its own. @param polluting adds a reader that does what a file says */
function reportOf(isFrozen: boolean, polluting: boolean): PollutionReport {
  const args = [child, isFrozen ? 'frozen' : 'open', ...(polluting ? ['polluting'] : [])];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as PollutionReport;
}

export function prototypePollution(polluting = false): Measured {
  const open = reportOf(false, polluting);
  const frozen = reportOf(true, polluting);
  const failures = [...open.failures, ...frozen.failures.map((failure) => `with frozen prototypes: ${failure}`)];
  return {
    figure: failures[0] ?? `0 of ${open.files} files change a prototype or lose a name; nor with frozen prototypes`,
    met: failures.length === 0 && open.files > 0 && frozen.files === open.files,
    detail: { files: open.files, names: dangerousNames, failures },
  };
}
