/** A line for each trial through its value and its parameters. What a trial does not have lies below the axis. */
import { coordinate, element, textAt } from '../../svg/elements.ts';
import type { TrialRecord } from '../trial-record.ts';
import { completeTrials, paramNames, type PicturedStudy } from './pictured-study.ts';
import { paramScale, valueScale, type Scale } from './scale.ts';

const TOP = 46;
const BOTTOM = 44;
const SIDE = 64;
/** How far below the axis a trial without the parameter passes. */
const ABSENT = 20;
/** The part of the trials that is drawn as good. */
const GOOD = 0.1;

interface ParallelAxis {
  readonly name: string;
  readonly scale: Scale;
  readonly valueOf: (trial: TrialRecord) => number | undefined;
}

export function parallelCoordinates(study: PicturedStudy, width: number, height: number): string[] {
  const trials = completeTrials(study);
  const objective: ParallelAxis = {
    name: 'objective',
    scale: valueScale(trials.map(({ values }) => values?.[0] as number)),
    valueOf: ({ values }) => values?.[0],
  };
  const axes = [objective, ...paramNames(trials).map((name) => paramAxis(name, trials))];
  const x = (index: number): number => SIDE + (index * (width - 2 * SIDE)) / Math.max(1, axes.length - 1);
  const y = (place: number): number => TOP + (1 - place) * (height - TOP - BOTTOM);
  const lineOf = (trial: TrialRecord): string =>
    axes
      .map(({ scale, valueOf }, index) => {
        const value = valueOf(trial);
        const at = value === undefined ? y(0) + ABSENT : y(scale.place(value));
        return `${index === 0 ? 'M' : 'L'}${coordinate(x(index))} ${coordinate(at)}`;
      })
      .join('');
  // The best are drawn last, over the others.
  const sign = study.directions[0] === 'maximize' ? 1 : -1;
  const ordered = [...trials].sort((a, b) => sign * ((a.values?.[0] as number) - (b.values?.[0] as number)));
  const good = Math.max(1, Math.ceil(GOOD * ordered.length));
  const lines = ordered.map((trial, index) => {
    const isGood = index >= ordered.length - good;
    const style = index === ordered.length - 1 ? 'second' : isGood ? 'first' : 'faint';
    return element('path', { class: `${style} line`, d: lineOf(trial), opacity: isGood ? undefined : 0.25 });
  });
  return [textAt([16, 20], `${trials.length} trials, the best ${good} in colour`, { class: 'title' }), ...lines, ...axes.flatMap((axis, index) => axisAt(axis, x(index), y))]; // prettier-ignore
}

function paramAxis(name: string, trials: readonly TrialRecord[]): ParallelAxis {
  const valueOf = ({ internalParams }: TrialRecord): number | undefined => internalParams.get(name);
  return { name, scale: paramScale(name, trials), valueOf };
}

function axisAt({ name, scale }: ParallelAxis, x: number, y: (place: number) => number): string[] {
  return [
    element('path', { class: 'ink line', d: `M${coordinate(x)} ${coordinate(y(0))}V${coordinate(y(1))}` }),
    textAt([x, TOP - 10], name, { class: 'small', 'text-anchor': 'middle' }),
    ...scale.ticks.map(({ at, label }) => textAt([x - 5, y(at) + 4], label, { class: 'small', 'text-anchor': 'end' })),
  ]; // prettier-ignore
}
