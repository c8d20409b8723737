/** The values of the trials in their order, and the best one so far. */
import { element } from '../../svg/elements.ts';
import { isBetter } from '../dominance.ts';
import type { Direction } from '../records.ts';
import type { TrialRecord } from '../trial-record.ts';
import { lineThrough, panel, type PanelPlaces } from './panel.ts';
import type { PicturedStudy } from './pictured-study.ts';
import { shortNumber, valueScale } from './scale.ts';

/** A panel for each objective. */
export function optimizationHistory(study: PicturedStudy, height: number): ((width: number) => string[])[] {
  return study.directions.map((direction, objective) => (width: number): string[] => {
    const trials = study.trials.filter(({ values }) => Number.isFinite(values?.[objective]));
    const valueOf = ({ values }: TrialRecord): number => values?.[objective] as number;
    const x = valueScale([0, Math.max(1, ...trials.map(({ number }) => number))], width > 500 ? 10 : 5);
    const y = valueScale(trials.map(valueOf));
    const best = bestSoFar(trials, direction, valueOf);
    const last = best.at(-1);
    const name = study.directions.length > 1 ? `Objective ${objective}` : 'Objective';
    const title = last === undefined ? `${name}: no trial is complete yet` : `${name}, best ${shortNumber(last[1])}`;
    return panel({ title, x, y, xLabel: 'trial', width, height }, (places) => [
      ...trials.map((trial) => dot(trial, [x.place(trial.number), y.place(valueOf(trial))], places)),
      element('path', {
        class: 'second line',
        d: lineThrough(steps(best).map(([number, value]) => [x.place(number), y.place(value)]), places), // prettier-ignore
      }),
    ]);
  });
}

/** A pruned trial has its last report for a value: it is drawn hollow. */
function dot({ number, state }: TrialRecord, [x, y]: readonly [number, number], places: PanelPlaces): string {
  const style = state === 'complete' ? 'first' : 'faint line';
  return element(
    'circle',
    { class: style, cx: places.x(x), cy: places.y(y), r: 3 },
    element('title', {}, `trial ${number}`),
  );
}

type Point = readonly [number: number, value: number];

function bestSoFar(
  trials: readonly TrialRecord[],
  direction: Direction,
  valueOf: (trial: TrialRecord) => number,
): Point[] {
  const found: Point[] = [];
  for (const trial of trials) {
    if (trial.state !== 'complete') continue;
    const before = found.at(-1);
    const value = valueOf(trial);
    found.push([trial.number, before && !isBetter(direction, value, before[1]) ? before[1] : value]);
  }
  return found;
}

/** A value holds until the next better one is found. */
function steps(points: readonly Point[]): Point[] {
  return points.flatMap(([number, value], i) => {
    const before = points[i - 1];
    return before ? [[number, before[1]] as const, [number, value] as const] : [[number, value] as const];
  });
}
