/** What the weights of an ensemble minimize, as functions of them alone: the predictions are numbers by then. */
import { exp, log, sigmoid, softplus } from '../../kernels/math.ts';
import { SMALLEST_PROBABILITY } from './combining.ts';
import type { Derivatives, Objective } from './simplex.ts';

/** What the members predicted for one output. */
export interface Predicted {
  /** One array for each member, all of one length: rows of `width`. */
  readonly members: readonly ArrayLike<number>[];
  readonly width: number;
  /** The targets, as long as each of them. */
  readonly targets: ArrayLike<number>;
  /** What each row counts; the sum is 1. */
  readonly rowWeights: Float64Array;
}

/** sum_r s_r sum_c (sum_i w_i p_irc - y_rc)^2 / width, of weights that sum to 1 a quadratic form: w G w. */
export function squaredError({ members, width, targets, rowWeights }: Predicted): Objective {
  const size = members.length;
  const gram = new Float64Array(size * size);
  const errors = new Float64Array(size);
  for (let at = 0; at < targets.length; at++) {
    const share = rowWeights[Math.floor(at / width)]! / width;
    if (share === 0) continue;
    for (let i = 0; i < size; i++) errors[i] = (members[i]![at] as number) - (targets[at] as number);
    addOuter(gram, errors, share);
  }
  return {
    size,
    value: (weights) => quadraticForm(gram, weights),
    derivatives: (weights) => ({
      gradient: Float64Array.from({ length: size }, (_, i) => 2 * rowProduct(gram, i, weights)),
      hessian: gram.map((one) => 2 * one),
    }),
  };
}

/**
 * - sum_r s_r log(sum_i w_i p_ir), where p_ir is what member i gave to what was the case.
 * @param hits one array for each member
 * @param shares what each counts
 */
export function mixtureLogLoss(hits: readonly Float64Array[], shares: Float64Array): Objective {
  const size = hits.length;
  const mixed = (weights: ArrayLike<number>, at: number): number => {
    let sum = 0;
    for (let i = 0; i < size; i++) sum += weights[i]! * hits[i]![at]!;
    return sum;
  };
  return {
    size,
    value(weights) {
      let total = 0;
      for (let at = 0; at < shares.length; at++) total -= shares[at]! * log(mixed(weights, at));
      return total;
    },
    derivatives(weights) {
      const result = noDerivatives(size);
      const ratios = new Float64Array(size);
      for (let at = 0; at < shares.length; at++) {
        const whole = mixed(weights, at);
        for (let i = 0; i < size; i++) {
          ratios[i] = hits[i]![at]! / whole;
          result.gradient[i] = result.gradient[i]! - shares[at]! * ratios[i]!;
        }
        addOuter(result.hessian, ratios, shares[at]!);
      }
      return result;
    },
  };
}

/** The log loss of a mixture of probabilities. @param independent each element is a probability of its own */
export function mixtureOf(predicted: Predicted, independent: boolean): Objective {
  const { members, width, targets, rowWeights } = predicted;
  const places: number[] = [];
  const shares: number[] = [];
  const isNo: boolean[] = [];
  const count = (at: number, share: number, no: boolean): void => {
    if (share === 0) return;
    places.push(at);
    shares.push(share);
    isNo.push(no);
  };
  for (let at = 0; at < targets.length; at++) {
    const share = rowWeights[Math.floor(at / width)]!;
    if (share === 0) continue;
    const target = targets[at] as number;
    count(at, independent ? (share * target) / width : share * target, false);
    if (independent) count(at, (share * (1 - target)) / width, true);
  }
  const hits = members.map((values) =>
    Float64Array.from(places, (at, index) => {
      const p = values[at] as number;
      return Math.max(SMALLEST_PROBABILITY, isNo[index] ? 1 - p : p);
    }),
  );
  return mixtureLogLoss(hits, Float64Array.from(shares));
}

/** The log loss of softmax(sum_i w_i log p_i): sum_r s_r (log sum_c exp z_rc - sum_c y_rc z_rc). */
export function geometricClasses({ members, width, targets, rowWeights }: Predicted): Objective {
  const size = members.length;
  const logs = members.map((values) => Float64Array.from(values, (p) => log(Math.max(SMALLEST_PROBABILITY, p))));
  const likely = new Float64Array(width);
  /** Fills `likely` for a row. @returns its log loss */
  const lossOf = (row: number, weights: ArrayLike<number>): number => {
    let highest = -Infinity;
    let hit = 0;
    for (let c = 0; c < width; c++) {
      let z = 0;
      for (let i = 0; i < size; i++) z += weights[i]! * logs[i]![row * width + c]!;
      likely[c] = z;
      highest = Math.max(highest, z);
      hit += (targets[row * width + c] as number) * z;
    }
    let total = 0;
    for (let c = 0; c < width; c++) total += likely[c] = exp(likely[c]! - highest);
    for (let c = 0; c < width; c++) likely[c] = likely[c]! / total;
    return highest + log(total) - hit;
  };
  return {
    size,
    value(weights) {
      let total = 0;
      for (let row = 0; row < rowWeights.length; row++) {
        if (rowWeights[row] !== 0) total += rowWeights[row]! * lossOf(row, weights);
      }
      return total;
    },
    derivatives(weights) {
      const result = noDerivatives(size);
      const [means, offsets] = [new Float64Array(size), new Float64Array(size)];
      for (let row = 0; row < rowWeights.length; row++) {
        const share = rowWeights[row]!;
        if (share === 0) continue;
        lossOf(row, weights);
        for (let i = 0; i < size; i++) {
          let mean = 0;
          let hit = 0;
          for (let c = 0; c < width; c++) {
            mean += likely[c]! * logs[i]![row * width + c]!;
            hit += (targets[row * width + c] as number) * logs[i]![row * width + c]!;
          }
          means[i] = mean;
          result.gradient[i] = result.gradient[i]! + share * (mean - hit);
        }
        for (let c = 0; c < width; c++) {
          for (let i = 0; i < size; i++) offsets[i] = logs[i]![row * width + c]! - means[i]!;
          addOuter(result.hessian, offsets, share * likely[c]!);
        }
      }
      return result;
    },
  };
}

/** The log loss of sigmoid(sum_i w_i logit p_i): log(1 + exp z) - y z for each element. */
export function geometricYes({ members, width, targets, rowWeights }: Predicted): Objective {
  const size = members.length;
  const logits = members.map((values) =>
    Float64Array.from(values, (p) => {
      const inside = Math.min(1 - SMALLEST_PROBABILITY, Math.max(SMALLEST_PROBABILITY, p));
      return log(inside) - log(1 - inside);
    }),
  );
  const mixed = (weights: ArrayLike<number>, at: number): number => {
    let z = 0;
    for (let i = 0; i < size; i++) z += weights[i]! * logits[i]![at]!;
    return z;
  };
  return {
    size,
    value(weights) {
      let total = 0;
      for (let at = 0; at < targets.length; at++) {
        const share = rowWeights[Math.floor(at / width)]! / width;
        if (share === 0) continue;
        const z = mixed(weights, at);
        total += share * (softplus(z) - (targets[at] as number) * z);
      }
      return total;
    },
    derivatives(weights) {
      const result = noDerivatives(size);
      const own = new Float64Array(size);
      for (let at = 0; at < targets.length; at++) {
        const share = rowWeights[Math.floor(at / width)]! / width;
        if (share === 0) continue;
        const yes = sigmoid(mixed(weights, at));
        for (let i = 0; i < size; i++) {
          own[i] = logits[i]![at]!;
          result.gradient[i] = result.gradient[i]! + share * (yes - (targets[at] as number)) * own[i]!;
        }
        addOuter(result.hessian, own, share * yes * (1 - yes));
      }
      return result;
    },
  };
}

/** The sum of several, of one for each output. */
export function sumOf(objectives: readonly Objective[]): Objective {
  const { size } = objectives[0] as Objective;
  return {
    size,
    value: (weights) => objectives.reduce((sum, one) => sum + one.value(weights), 0),
    derivatives(weights) {
      const result = noDerivatives(size);
      for (const one of objectives) {
        const { gradient, hessian } = one.derivatives(weights);
        for (let i = 0; i < size; i++) result.gradient[i] = result.gradient[i]! + gradient[i]!;
        for (let i = 0; i < size * size; i++) result.hessian[i] = result.hessian[i]! + hessian[i]!;
      }
      return result;
    },
  };
}

function noDerivatives(size: number): Derivatives {
  return { gradient: new Float64Array(size), hessian: new Float64Array(size * size) };
}

/** matrix += factor v vᵀ */
function addOuter(matrix: Float64Array, vector: Float64Array, factor: number): void {
  const size = vector.length;
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) matrix[i * size + j] = matrix[i * size + j]! + factor * vector[i]! * vector[j]!;
  }
}

function rowProduct(matrix: Float64Array, row: number, weights: ArrayLike<number>): number {
  const size = weights.length;
  let sum = 0;
  for (let j = 0; j < size; j++) sum += matrix[row * size + j]! * weights[j]!;
  return sum;
}

function quadraticForm(matrix: Float64Array, weights: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < weights.length; i++) sum += weights[i]! * rowProduct(matrix, i, weights);
  return sum;
}
