/** A built page in headless Firefox, Debian's, which playwright-core does not drive: the page posts what it computed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PageOptions, PageRun } from './run-page.ts';
import { serveFolder } from './serve-folder.ts';

const FIREFOX = '/usr/bin/firefox-esr';
/** Milliseconds in which a page must have posted. */
const PATIENCE = 300_000;

/** Why Firefox cannot run; false where it can. */
export function firefoxIsMissing(): string | false {
  return existsSync(FIREFOX) ? false : 'Firefox is not installed; on Debian: apt-get install firefox-esr';
}

/** @returns what the page posted, which it does where its address ends with `post` */
export async function runInFirefox<Result>(
  folder: string,
  { policy, isolated, query = '' }: PageOptions,
): Promise<PageRun<Result>> {
  let take: (body: string) => void = () => {};
  const posted = new Promise<string>((resolve) => (take = resolve));
  const { url, close } = await serveFolder(folder, () => policy, { isolated, onPost: take });
  const profile = mkdtempSync(join(tmpdir(), 'gradtape-firefox-'));
  const address = `${url}${query}${query === '' ? '?' : '&'}post`;
  const firefox = spawn(FIREFOX, ['--headless', '--no-remote', '--profile', profile, address], {
    stdio: 'ignore',
    env: { ...process.env, HOME: profile },
  });
  const ended = once(firefox, 'exit').then(() => undefined);
  const timer = setTimeout(() => firefox.kill('SIGKILL'), PATIENCE);
  try {
    const body = await Promise.race([posted, ended]);
    if (body === undefined) throw new Error(`Firefox ended, or posted nothing in ${PATIENCE} ms`);
    return JSON.parse(body) as PageRun<Result>;
  } finally {
    clearTimeout(timer);
    firefox.kill('SIGKILL');
    await ended;
    close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}
