/** Trains for a process that tunes: a line of JSON with parameters in, a line with the loss out. */
import { createInterface } from 'node:readline';
import { digitsLoss, type DigitParams } from './digits.ts';

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${await digitsLoss(JSON.parse(line) as DigitParams)}\n`);
}
