/** A study as a picture. */
import { ArgumentError, describeValue, optionsOf, suggestName } from '../../errors.ts';
import { textAt } from '../../svg/elements.ts';
import { checkTheme, picture, type Theme } from '../../svg/theme.ts';
import { optimizationHistory } from './optimization-history.ts';
import { arrange } from './panel.ts';
import { parallelCoordinates } from './parallel-coordinates.ts';
import { paramImportances } from './param-importances.ts';
import { completeTrials, type PicturedStudy } from './pictured-study.ts';
import { slices } from './slices.ts';

/** What `study.toSvg` draws. */
export type StudyPicture = 'history' | 'importances' | 'parallel' | 'slices';

/** Options of `study.toSvg`. */
export interface StudyPictureOptions {
  /** Pixels. Default 760; the height follows from what is drawn. */
  readonly width?: number;
  /** Default `'auto'`: follows the reader's setting. */
  readonly theme?: Theme;
}

const TITLES: Readonly<Record<StudyPicture, string>> = {
  history: 'Optimization history',
  importances: 'Importance of parameters',
  parallel: 'Parallel coordinates',
  slices: 'Slices',
};
const LEAST_WIDTH = 300;
const PANEL_HEIGHT = 240;
const HISTORY_HEIGHT = 320;

/** @internal The body of `study.toSvg`. */
export function studyPicture(study: PicturedStudy, kind: StudyPicture, options?: StudyPictureOptions): string {
  const where = 'study.toSvg';
  const { width = 760, theme = 'auto' } = optionsOf(where, options);
  checkTheme(where, theme);
  if (!Object.hasOwn(TITLES, kind)) {
    throw new ArgumentError(
      `${where}: the picture is ${describeValue(kind)}; ${suggestName(kind, Object.keys(TITLES))}`,
      {
        where,
        got: kind,
      },
    );
  }
  if (!(width >= LEAST_WIDTH && width < Infinity)) {
    throw new ArgumentError(`${where}: width is ${describeValue(width)}. Give at least ${LEAST_WIDTH} pixels.`, {
      where,
      got: width,
    });
  }
  const { height, content } = drawn(study, kind, width);
  return picture({ width, height, theme, title: `${TITLES[kind]} of ${study.name}` }, content);
}

function drawn(
  study: PicturedStudy,
  kind: StudyPicture,
  width: number,
): { height: number; content: readonly string[] } {
  if (kind === 'history') {
    const panels = optimizationHistory(study, HISTORY_HEIGHT);
    return arrange(panels, { width, panelHeight: HISTORY_HEIGHT, columns: panels.length > 1 ? 2 : 1 });
  }
  if (completeTrials(study).length === 0) {
    const text = textAt([width / 2, 60], 'No trial is complete yet', { class: 'faint', 'text-anchor': 'middle' });
    return { height: 120, content: [text] };
  }
  switch (kind) {
    case 'importances':
      return paramImportances(study, width);
    case 'parallel':
      return { height: HISTORY_HEIGHT, content: parallelCoordinates(study, width, HISTORY_HEIGHT) };
    case 'slices':
      return arrange(slices(study, PANEL_HEIGHT), { width, panelHeight: PANEL_HEIGHT, columns: 3 });
  }
}
