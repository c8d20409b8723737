/** A panel for each parameter: its values against the objective's; later trials are darker. */
import { element } from '../../svg/elements.ts';
import { panel } from './panel.ts';
import { completeTrials, paramNames, type PicturedStudy } from './pictured-study.ts';
import { paramScale, valueScale } from './scale.ts';

export function slices(study: PicturedStudy, height: number): ((width: number) => string[])[] {
  const trials = completeTrials(study);
  const last = trials.at(-1)?.number ?? 0;
  const y = valueScale(trials.map(({ values }) => values?.[0] as number));
  return paramNames(trials).map((name) => (width: number): string[] => {
    const own = trials.filter(({ internalParams }) => internalParams.has(name));
    const x = paramScale(name, own, width > 350 ? 5 : 3);
    return panel({ title: name, x, y, xLabel: '', width, height }, (places) =>
      own.map(({ number, values, internalParams }) =>
        element('circle', {
          class: 'first',
          cx: places.x(x.place(internalParams.get(name) as number)),
          cy: places.y(y.place(values?.[0] as number)),
          r: 3,
          opacity: 0.25 + (0.75 * number) / Math.max(1, last),
        }),
      ),
    );
  });
}
