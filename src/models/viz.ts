/** Graphviz, compiled to WebAssembly by @viz-js/viz: an optional peer that draws graphs. */
import { ArgumentError } from '../errors.ts';

/** As much of the package @viz-js/viz as is used here. */
export interface VizPackage {
  readonly instance: () => Promise<{
    readonly renderString: (dot: string, options: { readonly format: 'svg' }) => string;
  }>;
}

// A specifier that bundlers cannot see: they would ask every program with a model to install what draws it.
const PACKAGE = '@viz-js/viz';

/**
 * Draws a graph.
 * @param given the package, from a program that cannot look it up at run time
 * @throws ArgumentError that says what to install
 */
export async function renderDot(where: string, dot: string, given?: VizPackage): Promise<string> {
  const viz = given ?? (await load(where));
  const svg = (await viz.instance()).renderString(dot, { format: 'svg' });
  // Without what precedes the picture in a file of its own, it can stand in a page too.
  return svg.slice(svg.indexOf('<svg'));
}

async function load(where: string): Promise<VizPackage> {
  try {
    return (await import(/* webpackIgnore: true */ /* @vite-ignore */ PACKAGE)) as VizPackage;
  } catch (cause) {
    throw new ArgumentError(
      `${where}: the picture is drawn by ${PACKAGE}, which could not be loaded. Install it: npm install ${PACKAGE}. ` +
        'In a bundled page import it yourself and hand it over: toSvg({ viz }).',
      { where, cause },
    );
  }
}
