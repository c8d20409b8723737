/** The tools of these tests, loaded from the packages in tools/, and Debian's Chromium. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from '../house/sources.ts';

export const toolFolder: string = join(root, 'test/browser/tools');
const require = createRequire(join(toolFolder, 'package.json'));

/** As much of esbuild as is used here. */
export interface Esbuild {
  readonly build: (options: Readonly<Record<string, unknown>>) => Promise<{
    readonly outputFiles: readonly { readonly contents: Uint8Array }[];
    readonly warnings: readonly { readonly text: string }[];
  }>;
}

/** As much of Vite as is used here. */
export interface Vite {
  readonly build: (options: Readonly<Record<string, unknown>>) => Promise<unknown>;
  readonly preview: (options: Readonly<Record<string, unknown>>) => Promise<{ readonly printUrls: () => void }>;
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
  /** Runs before the page's own scripts. */
  readonly addInitScript: (script: string) => Promise<void>;
  on(event: 'console', listener: (message: { text: () => string }) => void): void;
  on(event: 'pageerror', listener: (error: Error) => void): void;
  readonly evaluate: (code: string) => Promise<unknown>;
  readonly click: (selector: string) => Promise<void>;
  readonly selectOption: (selector: string, value: string) => Promise<unknown>;
  readonly fill: (selector: string, value: string) => Promise<void>;
  readonly mouse: {
    readonly move: (x: number, y: number, options?: { readonly steps: number }) => Promise<void>;
    readonly down: () => Promise<void>;
    readonly up: () => Promise<void>;
  };
  readonly emulateMedia: (media: { readonly colorScheme: 'light' | 'dark' }) => Promise<void>;
  readonly waitForEvent: (event: 'download') => Promise<{
    readonly path: () => Promise<string>;
    readonly suggestedFilename: () => string;
  }>;
  readonly setViewportSize: (size: { readonly width: number; readonly height: number }) => Promise<void>;
  readonly screenshot: (options: { readonly path: string; readonly fullPage?: boolean }) => Promise<unknown>;
  readonly close: () => Promise<void>;
}

/** As much of webpack as is used here. */
export type Webpack = (
  options: Readonly<Record<string, unknown>>,
  done: (error: Error | null, stats?: { hasErrors(): boolean; hasWarnings(): boolean; toString(): string }) => void,
) => void;

export function webpack(): Webpack {
  return require('webpack') as Webpack;
}

export function esbuild(): Esbuild {
  return require('esbuild') as Esbuild;
}

export async function vite(): Promise<Vite> {
  return (await import(pathToFileURL(join(toolFolder, 'node_modules/vite/dist/node/index.js')).href)) as Vite;
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
