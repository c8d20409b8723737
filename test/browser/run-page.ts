/** A built page in headless Chromium: what it computed and what it logged. */
import { serveFolder } from './serve-folder.ts';
import { chromiumPath, playwright } from './tools.ts';

export interface PageOptions {
  /** The content security policy of all files. */
  readonly policy: string;
  /** Whether it is cross-origin isolated. Default false. */
  readonly isolated?: boolean;
  /** What its address ends with, such as `?threads=2`. Default nothing. */
  readonly query?: string;
  /** Run before its own scripts, to take something away from the browser. */
  readonly before?: string;
}

export interface PageRun<Result> {
  readonly result: Result;
  /** The lines of gradtape in the console. */
  readonly log: readonly string[];
}

/** @returns what the promise `globalThis.result` of the page's program gave */
export async function runPage<Result>(
  folder: string,
  { policy, isolated, query = '', before }: PageOptions,
): Promise<PageRun<Result>> {
  const { url, close } = await serveFolder(folder, () => policy, { isolated });
  const browser = await playwright().chromium.launch({ executablePath: chromiumPath(), args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage();
    const log: string[] = [];
    page.on('console', (message) => log.push(message.text()));
    if (before !== undefined) await page.addInitScript(before);
    await page.goto(url + query);
    // Waits for the promise that the module left when the page loaded. Waiting in the page's own code would need `eval`.
    const result = (await page.evaluate('globalThis.result')) as Result;
    return { result, log: log.filter((line) => line.startsWith('gradtape:')) };
  } finally {
    await browser.close();
    close();
  }
}
