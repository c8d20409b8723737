/** A bar for each parameter. */
import { element, textAt } from '../../svg/elements.ts';
import { importances } from '../importance.ts';
import type { PicturedStudy } from './pictured-study.ts';

const ROW = 26;
const LEFT = 150;
const RIGHT = 60;
const TOP = 40;

export function paramImportances(
  study: PicturedStudy,
  width: number,
): { readonly height: number; readonly content: string[] } {
  const bars = Object.entries(importances(study));
  const most = Math.max(1e-12, ...bars.map(([, share]) => share));
  const rows = bars.flatMap(([name, share], index) => {
    const y = TOP + index * ROW;
    const length = (share / most) * (width - LEFT - RIGHT);
    return [
      textAt([LEFT - 8, y + 15], name.length > 22 ? `${name.slice(0, 21)}…` : name, { class: 'small', 'text-anchor': 'end' }),
      element('rect', { class: 'first', x: LEFT, y: y + 3, width: length, height: ROW - 8, rx: 2 }),
      textAt([LEFT + length + 6, y + 15], share.toFixed(3), { class: 'faint small' }),
    ];
  }); // prettier-ignore
  const title = textAt([16, 24], 'Importance of parameters (PED-ANOVA)', { class: 'title' });
  return { height: TOP + Math.max(1, bars.length) * ROW + 10, content: [title, ...rows] };
}
