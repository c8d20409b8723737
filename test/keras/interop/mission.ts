/**
 * `node mission.js FOLDER`: runs the mission's example of callbacks in a folder, and writes beside what it left there what
 * mission.py must find: expected.json.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadModel } from '../../../src/keras/index.ts';
import { callbackExample, heldOut } from '../../api/mission-callbacks.ts';
import { predictionsOf, toArray } from './exchange.ts';

const folder = process.argv[2] ?? '';
mkdirSync(folder, { recursive: true });
process.chdir(folder);
const { xs, ys, history } = await callbackExample();
const best = await loadModel('checkpoints/model.h5');
const inputs = heldOut(xs);
writeFileSync(
  join(folder, 'expected.json'),
  JSON.stringify({
    inputs: toArray(inputs),
    targets: toArray(heldOut(ys)),
    predictions: (await predictionsOf(best, [inputs])).map((one) => toArray(one))[0],
    history: history.history,
    weights: Object.fromEntries(best.weights.map(({ name, size }) => [name, size])),
  }),
);
