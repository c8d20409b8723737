/**
 * The process of a study: `node study-child.js PORT QUEUE JOURNAL`. It runs trials until there are six, those of an
 * earlier process with the same journal included, and prints them.
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { createStudy, samplers, type Journal, type StudyRecord } from 'gradtape/tune';
import { distribute } from 'gradtape/tune-bullmq';

const TRIALS = 6;
const [port, queue = '', path = ''] = process.argv.slice(2);

/** One writer after the other; nobody waits for a disk. */
class LinesJournal implements Journal {
  readonly name = path;
  readonly writer = String(process.pid);
  #isRead = false;

  async read(): Promise<readonly StudyRecord[]> {
    const isFirst = !this.#isRead;
    this.#isRead = true;
    if (!isFirst || !existsSync(path)) return [];
    const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
    return lines.map((line) => JSON.parse(line) as StudyRecord);
  }
  async append(decide: (news: readonly StudyRecord[]) => readonly StudyRecord[]): Promise<void> {
    const records = decide(await this.read());
    appendFileSync(path, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
  }
  async isGone(writer: string): Promise<boolean> {
    return writer !== this.writer;
  }
  async close(): Promise<void> {
    // Nothing is open.
  }
}

const study = await createStudy({ sampler: samplers.random({ seed: 4 }), storage: new LinesJournal() });
for (let number = study.trials.length; number < TRIALS; number++) {
  await study.enqueueTrial({ behaviour: number % 2 === 0 ? 'asksRestsAndAsks' : 'asksAndRests' });
}
await distribute(study, { queue, connection: { port: Number(port) }, totalTrials: TRIALS, parallel: 2 });
console.log(JSON.stringify(study.trials.map(({ state, value, params }) => ({ state, value, ...params }))));
