/** Layers that draw in training: what they drop together, how much they add, and what their seeds decide. */
import t, { type Test } from 'tap';
import * as layers from '../../../src/layers/index.ts';
import { resetLooseCounter } from '../../../src/layers/call-scope.ts';
import type { Layer } from '../../../src/layers/layer.ts';
import { ones, zeros, type Tensor } from '../../../src/tensor/tensor.ts';
import { allIndices } from '../ops/references.ts';

const trained = (layer: Layer, x: Tensor): Tensor => layer.invoke(x, { training: true }) as Tensor;

/** Elements that differ only along `together` are dropped or kept together; apart from that each is drawn anew. */
function checkPattern(t: Test, y: Tensor, together: readonly number[]): void {
  const groups = new Map<string, Set<number>>();
  for (const index of allIndices(y.shape)) {
    const key = index.filter((_, axis) => !together.includes(axis)).join();
    groups.set(key, (groups.get(key) ?? new Set<number>()).add(y.at(...index)));
  }
  t.ok(
    [...groups.values()].every((values) => values.size === 1),
    `one draw along ${together.join()}`,
  );
  // Along each other axis some neighbours differ: the chance that none does is below 2 ** -50.
  for (const axis of y.shape.keys()) {
    if (together.includes(axis)) continue;
    const differ = allIndices(y.shape).some(
      (index) => (index[axis] ?? 0) > 0 && y.at(...index) !== y.at(...index.with(axis, 0)),
    );
    t.ok(differ, `many draws along ${axis}`);
  }
}

t.test('dropout: a noise shape of 1 drops along that axis as a whole, null takes its size', (t) => {
  checkPattern(t, trained(layers.dropout(0.5), ones([8, 8, 8])), []);
  checkPattern(t, trained(layers.dropout(0.5, { noiseShape: [8, 1, 8] }), ones([8, 8, 8])), [1]);
  checkPattern(t, trained(layers.dropout(0.5, { noiseShape: [null, 1, null] }), ones([8, 8, 8])), [1]);
  checkPattern(t, trained(layers.dropout(0.5, { noiseShape: [1, null, 1] }), ones([8, 64, 8])), [0, 2]);
  t.end();
});

t.test('spatial dropout: a channel of a sample is dropped at all places or at none', (t) => {
  checkPattern(t, trained(layers.spatialDropout1d(0.5), ones([8, 5, 8])), [1]);
  checkPattern(t, trained(layers.spatialDropout2d(0.5), ones([8, 3, 4, 8])), [1, 2]);
  t.end();
});

const SIZE = 20_000;

t.test('dropout drops its rate and divides the rest by what it keeps', (t) => {
  for (const rate of [0.1, 0.5, 0.75, 0.9]) {
    const { data } = trained(layers.dropout(rate, { seed: 1 }), ones([SIZE]));
    t.strictSame(new Set(data), new Set([0, Math.fround(1 / (1 - rate))]));
    const dropped = data.filter((value) => value === 0).length / SIZE;
    // Five deviations of a binomial share.
    t.ok(Math.abs(dropped - rate) < 5 * Math.sqrt((rate * (1 - rate)) / SIZE), `rate ${rate}: ${dropped}`);
  }
  t.end();
});

t.test('noise has the mean and the deviation that it is given', (t) => {
  const check = (y: Tensor, mean: number, deviation: number): void => {
    const found = y.data.reduce((sum, value) => sum + value, 0) / SIZE;
    const square = y.data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / SIZE;
    // Five deviations of the estimates, of which normal numbers have sd / sqrt(n) and sd² sqrt(2 / n).
    t.ok(Math.abs(found - mean) < 5 * (deviation / Math.sqrt(SIZE)), `mean ${found} for ${mean}`);
    t.ok(Math.abs(square - deviation ** 2) < 5 * deviation ** 2 * Math.sqrt(2 / SIZE), `variance ${square}`);
  };
  for (const stddev of [0.1, 0.8]) check(trained(layers.gaussianNoise(stddev, { seed: 1 }), zeros([SIZE])), 0, stddev);
  // Those of the factors of dropout, 0 or 1 / (1 - rate).
  for (const rate of [0.1, 0.8]) {
    check(trained(layers.gaussianDropout(rate, { seed: 1 }), ones([SIZE])), 1, Math.sqrt(rate / (1 - rate)));
  }
  t.end();
});

t.test('a seed decides what a layer draws, whatever its name and place', (t) => {
  const kinds: Readonly<Record<string, (options: { readonly name: string; readonly seed?: number }) => Layer>> = {
    dropout: (options) => layers.dropout(0.5, options),
    spatialDropout1d: (options) => layers.spatialDropout1d(0.5, options),
    spatialDropout2d: (options) => layers.spatialDropout2d(0.5, options),
    alphaDropout: (options) => layers.alphaDropout(0.5, options),
    gaussianDropout: (options) => layers.gaussianDropout(0.5, options),
    gaussianNoise: (options) => layers.gaussianNoise(0.5, options),
  };
  for (const [kind, make] of Object.entries(kinds)) {
    const shape = kind === 'spatialDropout2d' ? [8, 2, 2, 8] : [8, 2, 8];
    const draw = (name: string, seed?: number): number[] => {
      resetLooseCounter();
      return [...trained(make({ name, ...(seed === undefined ? {} : { seed }) }), ones(shape)).data];
    };
    t.strictSame(draw('a', 3), draw('b', 3), `${kind}: one seed, two names`);
    t.notSame(draw('a', 3), draw('a', 4), `${kind}: two seeds, one name`);
    t.notSame(draw('a', 3), draw('a'), `${kind}: a seed, and none`);
  }
  t.end();
});
