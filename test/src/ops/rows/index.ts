/** All op rows. The laws' test reads them from here; a row file that is left out leaves its ops without a row, which fails. */
import type { OpRow } from '../../../../src/testing/op-row.ts';
import { rows as batchNorm } from './batch-norm.ts';
import { rows as convTranspose } from './conv-transpose.ts';
import { rows as conv } from './conv.ts';
import { rows as crossEntropy } from './cross-entropy.ts';
import { rows as elementwise } from './elementwise.ts';
import { rows as gru } from './gru.ts';
import { rows as indexing } from './indexing.ts';
import { rows as layerNorm } from './layer-norm.ts';
import { rows as lstm } from './lstm.ts';
import { rows as matmul } from './matmul.ts';
import { rows as movement } from './movement.ts';
import { rows as optimizerUpdates } from './optimizer-updates.ts';
import { rows as pool } from './pool.ts';
import { rows as random } from './random.ts';
import { rows as reductions } from './reductions.ts';
import { rows as simpleRnn } from './simple-rnn.ts';

export const rows: readonly OpRow[] = [
  ...batchNorm,
  ...convTranspose,
  ...conv,
  ...crossEntropy,
  ...elementwise,
  ...gru,
  ...indexing,
  ...layerNorm,
  ...lstm,
  ...matmul,
  ...movement,
  ...optimizerUpdates,
  ...pool,
  ...random,
  ...reductions,
  ...simpleRnn,
];
