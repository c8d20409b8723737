/** Run by environments.ts: trains with the threads that its argument names, or on cpu, and prints what was chosen and computed. */
import * as gt from 'gradtape';
import { sharedTraining } from '../src/engine-promises/shared-training.ts';

const [, , asked] = process.argv;
if (asked === 'cpu') await gt.setDevice('cpu');
const threads = asked === 'auto' ? asked : asked === undefined || asked === 'cpu' ? undefined : Number(asked);
console.log(JSON.stringify(await sharedTraining(threads)));
