/** What workers of the tests import as customObjects. */
import * as gt from 'gradtape';
import { Centred } from '../callbacks/centred.ts';

/** Twice the squared error. */
export function doubled(yTrue: gt.Tensor, yPred: gt.Tensor): gt.Tensor {
  return gt.ops.mul(gt.ops.square(gt.ops.sub(yTrue, yPred)), 2);
}

const objects: Readonly<Record<string, unknown>> = { Centred, doubled };
// oxlint-disable-next-line import/no-default-export -- what workers import
export default objects;
