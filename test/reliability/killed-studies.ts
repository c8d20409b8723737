/** B5: studies killed with SIGKILL at random moments and gone on with, beside the same ones left alone. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createStudy } from '../../src/tune/index.ts';
import { seededDraw } from '../support/mutated-bytes.ts';
import { firstLine, type Measured } from './measure.ts';
import { studySampler, studySamplers } from './study-samplers.ts';

/** Between the begin of a trial and the end of its process, in milliseconds: a trial takes about 10. */
const LONGEST_DELAY = 14;
const child = fileURLToPath(new URL('studying-child.js', import.meta.url));

/** What a study is in the end. */
export interface StudyEnd {
  readonly best: string;
  /** Every trial with its state, parameters, values and reports. */
  readonly trials: readonly string[];
}

/** Runs a study to its end, with so many kills. */
export type RunStudy = (sampler: string, trials: number, kills: number) => Promise<StudyEnd>;

/** @param kills of each study, which has two trials more than that for each kill */
export async function killedStudies(kills: number, run: RunStudy = runStudy): Promise<Measured> {
  const failures: string[] = [];
  const names = Object.keys(studySamplers);
  const trials = 2 * kills + 2;
  for (const name of names) {
    try {
      const alone = await run(name, trials, 0);
      const killed = await run(name, trials, kills);
      if (killed.best !== alone.best) failures.push(`${name}: ${killed.best} is the best, alone ${alone.best}`);
      const other = alone.trials.findIndex((trial, number) => trial !== killed.trials[number]);
      if (other >= 0) failures.push(`${name}: trial ${other} is ${killed.trials[other]}, alone ${alone.trials[other]}`);
      if (killed.trials.length !== trials) failures.push(`${name}: ${killed.trials.length} trials for ${trials}`);
    } catch (error) {
      failures.push(`${name}: ${firstLine(error)}`);
    }
  }
  return {
    figure:
      failures[0] ??
      `the same best trial and the same ${trials} trials after ${kills} kills, samplers: ${names.join(', ')}`,
    met: failures.length === 0 && kills > 0,
    cases: kills,
    detail: { kills, trials, samplers: names, failures },
  };
}

async function runStudy(sampler: string, trials: number, kills: number): Promise<StudyEnd> {
  const folder = mkdtempSync(join(tmpdir(), 'gradtape-studies-'));
  const path = join(folder, 'study.journal');
  const draw = seededDraw(trials);
  try {
    for (let done = 0; done < kills; done++) {
      const killAt = 1 + draw(2);
      const wasKilled = await live(
        [path, sampler, String(trials), String(killAt)],
        killAt,
        draw(1000 * LONGEST_DELAY) / 1000,
      );
      if (!wasKilled) throw new Error(`it ended after ${done} kills of ${kills}`);
    }
    await live([path, sampler, String(trials), String(trials)], Infinity, 0);
    const study = await createStudy({ storage: path, sampler: studySampler(sampler) });
    const shown = study.trials.map(({ number, state, params, values, intermediateValues }) =>
      JSON.stringify([number, state, params, values, [...intermediateValues]]),
    );
    return { best: shown[study.bestTrial.number] ?? '', trials: shown };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A process's life: to its end, or to so many milliseconds after it began so many trials. @returns whether it was killed */
function live(args: readonly string[], killAt: number, delay: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const studying = spawn(process.execPath, [child, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let begun = 0;
    let errors = '';
    studying.stdout.on('data', (chunk) => {
      const before = begun;
      begun += String(chunk).split('\n').length - 1;
      if (before < killAt && begun >= killAt) setTimeout(() => studying.kill('SIGKILL'), delay);
    });
    studying.stderr.on('data', (chunk) => (errors += String(chunk)));
    studying.on('error', reject);
    studying.on('close', (code, signal) => {
      if (signal !== 'SIGKILL' && code !== 0) reject(new Error(`the study ended with ${code ?? signal}: ${errors}`));
      else resolve(signal === 'SIGKILL');
    });
  });
}
