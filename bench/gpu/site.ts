/** A place where workloads are measured on a graphics card: a page, or Node with Dawn. */
import type { Engine } from '../engines/engine.ts';
import { startEngines, type EngineMaker } from '../engines/start.ts';
import { measure, type MeasureOptions } from '../measure.ts';
import type { Results, Row } from '../report/results.ts';
import { allWorkloads } from '../workloads/index.ts';
import type { Workload } from '../workloads/workload.ts';
import { findAdapter } from './adapter.ts';

export interface Site {
  /** The graphics card, as it calls itself. */
  readonly adapter: string;
  readonly engines: Results['engines'];
  /** A line for each engine that did not start. */
  readonly notStarted: readonly string[];
  /** The names of what it can measure: where software computes, with a quarter of the batches. */
  readonly workloads: readonly string[];
  /** @param name of a workload. @throws RangeError when results disagree */
  readonly measure: (name: string, quick: boolean) => Promise<Row>;
}

/** GFLOP/s of software in place of a card, in products on two cores: what takes longer than `longest` is left out. */
const SOFTWARE_RATE = 0.7;

const WHOLE: MeasureOptions = {
  turns: { rounds: 7, turn: 30, warmUp: 100, budget: 1000, patience: 1000 },
  longest: 1000,
  tooLong: 'long runs are measured on a graphics card',
};
const QUICK: MeasureOptions = {
  turns: { rounds: 3, turn: 5, warmUp: 0, budget: 250, patience: 250 },
  longest: 700,
  tooLong: 'long runs are measured without --quick',
};

/**
 * @param reference our engine on the processor, whose results are what the others' are compared with
 * @param onCard the engines on the graphics card
 */
export async function openSite(reference: Engine, onCard: readonly EngineMaker[]): Promise<Site> {
  const adapter = await findAdapter();
  const notStarted: string[] = [];
  const started = await startEngines(onCard, (line) => notStarted.push(line));
  const software = isSoftware(adapter);
  const engines = [reference, ...started.map((engine) => (software ? slowed(engine) : engine))];
  // Eager ops run on the host, and so do those of tfjs on a few numbers.
  const workloads = allWorkloads(software ? 1 / 4 : 1).filter(({ kind }) => kind !== 'eagerAdd');
  return {
    adapter,
    engines: engines.map(({ name, version, role }) => ({ name, version, role })),
    notStarted,
    workloads: workloads.map(({ name }) => name),
    measure: (name, quick) => measure(named(workloads, name), engines, quick ? QUICK : WHOLE),
  };
}

function isSoftware(adapter: string): boolean {
  return /swiftshader|llvmpipe/i.test(adapter);
}

function slowed(engine: Engine): Engine {
  return { ...engine, slow: SOFTWARE_RATE };
}

function named(workloads: readonly Workload[], name: string): Workload {
  const workload = workloads.find((one) => one.name === name);
  if (workload) return workload;
  throw new RangeError(`bench: there is no workload '${name}'.`);
}
