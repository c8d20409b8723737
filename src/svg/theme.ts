/** Colours of pictures on a light and on a dark page. */
import { ArgumentError, describeValue } from '../errors.ts';
import { element, escapeXml } from './elements.ts';

/** `'auto'` follows the reader's setting where the picture is shown. */
export type Theme = 'auto' | 'light' | 'dark';

/** The properties that style rules and attributes name. */
const COLOURS = {
  light: { page: '#ffffff', ink: '#0f172a', faint: '#64748b', grid: '#e2e8f0', first: '#2563eb', second: '#ea580c' },
  dark: { page: '#0f172a', ink: '#e2e8f0', faint: '#94a3b8', grid: '#334155', first: '#60a5fa', second: '#fb923c' },
} as const;

const FONT = "Helvetica, Arial, 'Liberation Sans', sans-serif";

export interface PictureOptions {
  readonly width: number;
  readonly height: number;
  readonly theme: Theme;
  /** What the picture is, for those who cannot see it. */
  readonly title: string;
}

/**
 * A whole picture. Its parts colour themselves by classes (`ink`, `faint`, `grid`, `first`, `second`, and `line` for
 * what is drawn and not filled), since attributes cannot follow the page.
 */
export function picture({ width, height, theme, title }: PictureOptions, content: readonly string[]): string {
  const rules = [
    theme === 'dark' ? colourRules('dark') : colourRules('light'),
    ...(theme === 'auto' ? [`@media (prefers-color-scheme: dark) { ${colourRules('dark')} }`] : []),
    `text { font: 12px ${FONT}; fill: var(--ink) }`,
    '.title { font-weight: bold; font-size: 13px } .small { font-size: 11px }',
    ...(['page', 'ink', 'faint', 'grid', 'first', 'second'] as const).map(
      (name) => `.${name} { fill: var(--${name}) } .${name}.line { fill: none; stroke: var(--${name}) }`,
    ),
    '.line { stroke-width: 1.75; stroke-linejoin: round; stroke-linecap: round } .grid.line { stroke-width: 1 }',
  ];
  const svg = element('svg', { xmlns: 'http://www.w3.org/2000/svg', width, height, viewBox: `0 0 ${width} ${height}`, role: 'img' }, [
    element('title', {}, escapeXml(title)),
    `<style>${rules.join('\n')}</style>`,
    element('rect', { class: 'page', width, height }),
    ...content,
  ]); // prettier-ignore
  return `${svg}\n`;
}

/** @throws ArgumentError for a theme that there is not */
export function checkTheme(where: string, theme: unknown): void {
  if (theme === 'auto' || theme === 'light' || theme === 'dark') return;
  throw new ArgumentError(`${where}: theme is ${describeValue(theme)}. Give 'auto', 'light' or 'dark'.`, {
    where,
    got: theme,
  });
}

function colourRules(theme: 'light' | 'dark'): string {
  const properties = Object.entries(COLOURS[theme]).map(([name, colour]) => `--${name}: ${colour}`);
  return `svg { ${properties.join('; ')} }`;
}
