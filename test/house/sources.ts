/** Finds the repository from a compiled test and reads its TypeScript sources. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const rootAbove = (folder: string): string =>
  existsSync(join(folder, 'package.json')) ? folder : rootAbove(dirname(folder));

/** The folder that holds package.json. */
export const root: string = rootAbove(dirname(fileURLToPath(import.meta.url)));

export interface Source {
  /** From the root of the repository, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

/** Every TypeScript file below the given folders of the repository. */
export const readSources = (folders: readonly string[]): readonly Source[] =>
  folders
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
        .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
        .filter((path) => path.endsWith('.ts'))
        .sort()
        .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') })),
    );
