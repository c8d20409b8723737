/** A NaN, wherever it comes from, ends training with terminateOnNaN at the first batch whose loss shows it. */
import t from 'tap';
import { NumericError } from '../../../src/index.ts';
import { batchesRun, debugError, injections } from './nan-injections.ts';

for (const [where, injection] of Object.entries(injections)) {
  t.test(`a NaN in ${where} ends training`, async (t) => {
    t.strictSame(
      await batchesRun(injection),
      Array.from({ length: injection.batch + 1 }, (_, index) => index),
      'at the batch that shows it',
    );
  });

  t.test(`debug names the op and the layer of a NaN in ${where}`, async (t) => {
    t.match(await debugError(injection), { constructor: NumericError, message: injection.named });
  });
}
