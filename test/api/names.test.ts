/** Every name that the API promises exists, or is listed with the issue that brings it; and that list only shrinks. */
import * as gt from 'gradtape';
import * as node from 'gradtape/node';
import * as gpu from 'gradtape/gpu';
import * as keras from 'gradtape/keras';
import * as safetensors from 'gradtape/safetensors';
import * as testing from 'gradtape/testing';
import * as tune from 'gradtape/tune';
import * as tuneBullmq from 'gradtape/tune-bullmq';
import t from 'tap';
import { later, promised } from './names.ts';

const start = gt.input([2]);
const net = gt.model(start, gt.layers.dense(1)(start));
const compiled = gt.compile((x: gt.Tensor) => gt.ops.mul(x, 2));

/** The object in which the names of a family are looked up; undefined for an entry point that is not there yet. */
const places: Readonly<Record<string, unknown>> = {
  gradtape: gt,
  'gradtape/node': node,
  'gradtape/gpu': gpu,
  'gradtape/keras': keras,
  'gradtape/safetensors': safetensors,
  'gradtape/testing': testing,
  'gradtape/tune': tune,
  'gradtape/tune-bullmq': tuneBullmq,
  ops: gt.ops,
  'tensor methods': gt.tensor([1]),
  'symbolic tensor methods': start,
  layers: gt.layers,
  callbacks: gt.callbacks,
  optimizers: gt.optimizers,
  'optimizers.schedules': (gt.optimizers as { schedules?: unknown }).schedules,
  losses: gt.losses,
  metrics: gt.metrics,
  regularizers: gt.regularizers,
  constraints: gt.constraints,
  initializers: gt.initializers,
  data: (gt as { data?: unknown }).data,
  model: net,
  layer: net.layers[1],
  history: new gt.History(),
  'compiled function': compiled,
  program: compiled.program(gt.tensor([1])),
  variable: gt.variable(gt.tensor([1])),
};

t.test('every promised name is there, or is announced for a later issue', (t) => {
  const missing: string[] = [];
  const surplus: string[] = [];
  let there = 0;
  for (const [family, names] of Object.entries(promised)) {
    const place = places[family] as object | undefined;
    if (later[family] !== undefined) {
      if (place !== undefined) surplus.push(family);
      continue;
    }
    for (const name of names) {
      const key = `${family}: ${name}`;
      const exists = place !== undefined && name in Object(place);
      if (exists) there++;
      if (exists === (later[key] === undefined)) continue;
      (exists ? surplus : missing).push(key);
    }
  }
  t.strictSame(missing, [], 'nothing is missing');
  t.strictSame(surplus, [], 'nothing that is there is still announced');
  t.comment(`${there} names are there; ${Object.keys(later).length} entries wait for later issues`);
  t.end();
});
