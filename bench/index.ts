/**
 * `npm run bench`: every workload on gradtape and on the pinned peers, in turns. In this process, or with `--gpu` on the
 * graphics card: in a page of Chromium, or with `--dawn` in this process. `--fast-math` and `--threads` compare ours with ours.
 */
import { readFileSync } from 'node:fs';
import { benchGpu } from './gpu/index.ts';
import { benchHost } from './host.ts';
import { parseOptions } from './options.ts';
import { benchVariant } from './variant.ts';

const options = parseOptions(process.argv.slice(2));
const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};
// Progress goes to stderr, so that stdout is the report.
const tell = (line: string): void => void process.stderr.write(`${line}\n`);
if (options.fastMath || options.threads !== undefined) await benchVariant(version, options, tell);
else if (options.gpu === undefined) await benchHost(version, options, tell);
else {
  await benchGpu(version, options.gpu, options, tell);
  // Dawn keeps the process alive.
  process.exit();
}
