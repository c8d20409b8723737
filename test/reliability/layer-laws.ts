/** A5: the laws of all layers, by `layerLaws`. */
import { layerLaws } from '../../src/testing/layer-laws.ts';
import type { LayerRow } from '../../src/testing/layer-row.ts';
import * as layers from '../../src/layers/index.ts';
import { exempt, rows } from '../src/layers/rows.ts';
import { firstLine, type Measured } from './measure.ts';

export async function lawsOfLayers(list: readonly LayerRow[] = rows): Promise<Measured> {
  const laws = new Set<string>();
  const refusals = new Set<string>();
  const failures: string[] = [];
  let checks = 0;
  const { warn } = console;
  // Layers that drop a mask say so; here that is no mistake.
  console.warn = () => undefined;
  try {
    for (const row of list) {
      try {
        const report = await layerLaws(row);
        checks += report.laws.length;
        for (const law of report.laws) {
          if (law.endsWith(' is refused')) refusals.add(`${row.layer}: ${law}`);
          else laws.add(law.replace(/^training differs: .*/, 'training differs'));
        }
      } catch (error) {
        failures.push(firstLine(error));
      }
    }
  } finally {
    console.warn = warn;
  }
  const tested = new Set(list.map(({ layer }) => layer));
  const without = Object.keys(layers).filter((name) => !tested.has(name) && !(name in exempt));
  const broken = failures[0] ?? (without.length > 0 ? `no row for ${without.join(', ')}` : undefined);
  return {
    figure:
      broken ??
      `${laws.size} laws and ${refusals.size} refusals hold for ${tested.size} layers in ${list.length} rows; exempt: ${Object.keys(exempt).join(', ')}`,
    met: broken === undefined,
    detail: {
      layers: tested.size,
      rows: list.length,
      laws: laws.size,
      refusals: refusals.size,
      checks,
      without,
      failures,
    },
  };
}
