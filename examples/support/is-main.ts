/** Tells a module that was started by the user from one that was imported. */
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** @param url the `import.meta.url` of the asking module */
export function isMain(url: string): boolean {
  const started = process.argv[1];
  return started !== undefined && realpathSync(started) === fileURLToPath(url);
}
