/**
 * Run by killed-appends.ts: goes on from the newest of its own records in a journal, appends one after the other, and tells
 * each that has been acknowledged, until it is killed or has appended all. With `careless` it appends as programs usually
 * do, to show that the measure sees it.
 */
import { appendFileSync, readFileSync, writeSync } from 'node:fs';
import { journalFile, type Journal, type StudyRecord } from '../../src/tune/index.ts';
import { writeRecord } from '../../src/tune/journal-text.ts';

/** Long ones are written in several pages, and a process can be killed between two. */
const LONGEST = 20_000;

/** A record that says whose it is, which one, and how long. */
const recordOf = (chain: string, number: number): StudyRecord => ({
  kind: 'studyAttribute',
  study: 0,
  owner: 'user',
  key: `${chain}-${number}`,
  value: 'x'.repeat(number % 5 === 0 ? LONGEST : number % 100),
});

async function newestOf(journal: Journal, chain: string): Promise<number> {
  let newest = 0;
  for (;;) {
    const news = await journal.read();
    if (news.length === 0) return newest;
    for (const record of news) {
      const [owner, number] = record.kind === 'studyAttribute' ? record.key.split('-') : [];
      if (owner === chain) newest = Number(number);
    }
  }
}

/** Half a line at a time, without a lock. */
async function carelessly(path: string, line: string): Promise<void> {
  appendFileSync(path, line.slice(0, line.length / 2));
  await new Promise((resolve) => setTimeout(resolve, 1));
  appendFileSync(path, line.slice(line.length / 2));
}

async function main(path: string, chain: string, count: number, how: string | undefined): Promise<void> {
  const journal = await journalFile(path);
  const newest =
    how === 'careless' ? readFileSync(path, 'utf8').split(`"${chain}-`).length - 1 : await newestOf(journal, chain);
  for (let number = newest + 1; number <= count; number++) {
    const record = recordOf(chain, number);
    if (how === 'careless') await carelessly(path, writeRecord(record, chain));
    else await journal.append(() => [record]);
    // Written at once, not by a stream, so that what was told is told whenever the process is killed.
    writeSync(1, `${number}\n`);
  }
}

const [, , path, chain, count, how] = process.argv;
if (path !== undefined && chain !== undefined) await main(path, chain, Number(count), how);
