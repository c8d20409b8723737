/** The tools of these tests, loaded from the packages in tools/, and Debian's Chromium. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { root } from '../house/sources.ts';

export const toolFolder: string = join(root, 'test/browser/tools');
const require = createRequire(join(toolFolder, 'package.json'));

/** As much of esbuild as is used here. */
export interface Esbuild {
  readonly build: (options: Readonly<Record<string, unknown>>) => Promise<{
    readonly outputFiles: readonly { readonly contents: Uint8Array }[];
  }>;
}

/** As much of playwright-core as is used here. */
export interface Playwright {
  readonly chromium: {
    readonly launch: (options: Readonly<Record<string, unknown>>) => Promise<{
      readonly newPage: () => Promise<Page>;
      readonly close: () => Promise<void>;
    }>;
  };
}

export interface Page {
  readonly goto: (url: string) => Promise<unknown>;
  readonly on: (event: 'console' | 'pageerror', listener: (message: { text?: () => string }) => void) => void;
  readonly evaluate: (code: string) => Promise<unknown>;
  readonly setViewportSize: (size: { readonly width: number; readonly height: number }) => Promise<void>;
  readonly screenshot: (options: { readonly path: string }) => Promise<unknown>;
  readonly close: () => Promise<void>;
}

export function esbuild(): Esbuild {
  return require('esbuild') as Esbuild;
}

export function playwright(): Playwright {
  return require('playwright-core') as Playwright;
}

/** @throws Error that says what to install */
export function chromiumPath(): string {
  const found = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
  if (found) return found;
  throw new Error('Chromium is not installed; on Debian: apt-get install chromium');
}
