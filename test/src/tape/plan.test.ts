/**
 * The planner, on random programs: what it plans gives the eager results bit for bit, with poisoned memory and in any
 * number of runs, and every step finds its inputs whole. An independent reading of the plan checks the latter.
 */
import fc from 'fast-check';
import t from 'tap';
import type { BufferRef, Device } from '../../../src/devices/device.ts';
import { HostDevice } from '../../../src/devices/host-device.ts';
import { WasmDevice } from '../../../src/devices/wasm-device.ts';
import { add, matmul, mul, square, sum, tanh } from '../../../src/ops/index.ts';
import { runWithTape } from '../../../src/tape/active-tape.ts';
import { compile } from '../../../src/tape/compile.ts';
import { planProgram, type PlannedProgram } from '../../../src/tape/plan.ts';
import { Tape } from '../../../src/tape/tape.ts';
import { zeros, type Tensor } from '../../../src/tensor/tensor.ts';
import { variable, type Variable } from '../../../src/tensor/variable.ts';
import { runningOn } from '../../../src/testing/running-on.ts';
import { AsyncDevice } from '../../support/async-device.ts';
import { interpret, makeArguments, makeVariables, randomProgram } from './random-programs.ts';

const deep = process.env['GRADTAPE_DEEP'] === '1';
const NUM_RUNS = deep ? 20_000 : 500;
const REPLAYS = 3;

/** A device and what poisons its scratch: nothing in there may outlive a run. */
interface Poisoned {
  readonly device: Device;
  readonly poison: () => void;
}

/** Its memory holds what the programs before left; chains of element-wise ops are fused. */
const wasm = new WasmDevice();

const makers: Readonly<Record<string, (seed: number) => Poisoned>> = {
  host: () => {
    const device = new HostDevice('poisoned');
    return { device, poison: () => device.scratch.fill(NaN) };
  },
  async: (seed) => ({ device: new AsyncDevice(seed), poison: () => {} }),
  wasm: () => ({
    device: wasm,
    poison: () => {
      const start = wasm.residents.scratchAddress / 4;
      wasm.heap.floats.fill(NaN, start, start + wasm.memory().scratchBytes / 4);
    },
  }),
};

for (const [name, make] of Object.entries(makers)) {
  t.test(`random programs on the ${name} device give the eager results and variables bit for bit`, async (t) => {
    const property = fc.asyncProperty(randomProgram, async (program) => {
      const { device, poison } = make(program.lines.length + 1);
      // Eager ops take the kernels of the device whose programs they are compared with.
      const eager = name === 'wasm' ? wasm : 'cpu';
      const [own, reference] = [makeVariables(), makeVariables()];
      const compiled = compile((...args: readonly Tensor[]) => interpret(program, own, args), { device });
      // All runs are queued before the first result is looked at.
      const runs: Promise<readonly Tensor[]>[] = [];
      const expected: (readonly Tensor[])[] = [];
      for (let run = 0; run < REPLAYS; run++) {
        expected.push(runningOn(eager, () => interpret(program, reference, makeArguments(run))));
        compiled.program(...makeArguments(run));
        poison();
        runs.push(compiled(...makeArguments(run)));
      }
      const finals = Promise.all(own.map((one) => one.read()));
      for (let run = 0; run < REPLAYS; run++)
        requireSame(expected[run] ?? [], (await runs[run]) ?? [], `run ${run}: result`);
      requireSame(
        reference.map((one) => one.value),
        await finals,
        'variable',
      );
    });
    await t.resolves(fc.assert(property, { seed: 7, numRuns: NUM_RUNS }));
  });
}

t.test('every step of a random program finds its inputs whole and overwrites nothing that is needed', (t) => {
  let inPlace = 0;
  const property = fc.property(randomProgram, (program) => {
    const tape = new Tape('traced');
    const args = makeArguments(0).map(({ shape }) => tape.createTensor(shape));
    const results = runWithTape(tape, () => interpret(program, makeVariables(), args));
    inPlace += follow(tape, planProgram(tape, args, results), args, results);
  });
  t.doesNotThrow(() => fc.assert(property, { seed: 8, numRuns: NUM_RUNS }));
  t.ok(inPlace > 100, `${inPlace} steps ran in place, so there was something to get wrong`);
  t.end();
});

t.test('the reading of the plan notices a buffer that is overwritten too early', (t) => {
  const tape = new Tape('traced');
  const x = tape.createTensor([4]);
  const results = runWithTape(tape, () => {
    const a = tanh(x);
    const b = square(x);
    return [add(a, b)];
  });
  const planned = planProgram(tape, [x], results);
  t.doesNotThrow(() => follow(tape, planned, [x], results));
  const [first, second, third] = planned.plan.steps;
  if (!first || !second || !third) throw new Error('three steps were expected');
  const steps = [
    first,
    { ...second, outputs: first.outputs },
    { ...third, inputs: [first.outputs[0], first.outputs[0]] },
  ];
  const wrong: PlannedProgram = { ...planned, plan: { ...planned.plan, steps } };
  t.throws(() => follow(tape, wrong, [x], results), /step 2.*input 0/);
  t.end();
});

t.test('dead code is dropped, and what an assignment or an alias needs is not', (t) => {
  const state = variable(zeros([2, 2]));
  const tape = new Tape('traced');
  const x = tape.createTensor([2, 2]);
  const results = runWithTape(tape, () => {
    sum(matmul(x, x));
    state.assign(mul(x, 2));
    return [tanh(x)];
  });
  const { plan, nodes } = planProgram(tape, [x], results);
  t.strictSame(
    nodes.map((node) => node.operation.name),
    ['mul', 'tanh'],
  );
  t.equal(plan.steps.length, 2);
  t.strictSame(plan.written, [state]);
  t.end();
});

t.test('an argument that nothing reads takes no memory, and a program of nothing none at all', (t) => {
  const tape = new Tape('traced');
  const x = tape.createTensor([1000]);
  const { plan, bufferCount } = planProgram(tape, [x], []);
  t.equal(plan.scratchSize, 0);
  t.equal(bufferCount, 0);
  t.strictSame(plan.inputs, [undefined]);
  t.end();
});

// Runs the plan with names in place of numbers: every element remembers which tensor was written to it last.
function follow(tape: Tape, planned: PlannedProgram, args: readonly Tensor[], results: readonly Tensor[]): number {
  const { plan, nodes } = planned;
  const scratch: unknown[] = new Array<unknown>(plan.scratchSize).fill('garbage');
  const memories = new Map<Variable, unknown[]>(
    plan.variables.map((one) => [one, new Array<unknown>(one.size).fill(one)]),
  );
  const roots = new Map<Tensor, Tensor>();
  for (const { operation, inputs, outputs } of tape.nodes) {
    const [input, output] = [inputs[0], outputs[0]];
    if (operation.kernel === undefined && input && output) roots.set(output, roots.get(input) ?? input);
  }
  const nameOf = (tensor: Tensor): unknown => {
    const root = roots.get(tensor) ?? tensor;
    return tape.reads.get(root) ?? root;
  };
  const read = (ref: BufferRef): readonly unknown[] => {
    if (ref.kind === 'scratch') return scratch.slice(ref.offset, ref.offset + ref.size);
    return ref.kind === 'variable' ? (memories.get(ref.variable) ?? []) : [ref.tensor];
  };
  const write = (ref: BufferRef, name: unknown): void => {
    if (ref.kind === 'scratch') scratch.fill(name, ref.offset, ref.offset + ref.size);
    else if (ref.kind === 'variable') memories.get(ref.variable)?.fill(name);
    else throw new Error('a constant is written to');
  };
  const requireWhole = (ref: BufferRef | undefined, tensor: Tensor | undefined, what: string): void => {
    if (!ref || !tensor || read(ref).every((name) => name === nameOf(tensor))) return;
    throw new Error(`${what} was overwritten`);
  };

  let inPlace = 0;
  plan.inputs.forEach((ref, i) => ref && write(ref, args[i]));
  nodes.forEach((node, number) => {
    const step = plan.steps[number];
    if (!step) throw new Error('a node without a step');
    step.inputs.forEach((ref, position) =>
      requireWhole(ref, node.inputs[position], `step ${number} (${node.operation.name}): input ${position}`),
    );
    step.outputs.forEach((output, k) => {
      for (const [position, input] of step.inputs.entries()) {
        if (!input || !overlap(input, output)) continue;
        if (!step.kernel.inPlace?.[k]?.includes(position))
          throw new Error(`step ${number} (${node.operation.name}): output ${k} lies on input ${position}`);
        if (JSON.stringify(placeOf(input)) !== JSON.stringify(placeOf(output)))
          throw new Error(`step ${number}: in place, but shifted`);
        inPlace++;
      }
      if (step.outputs.some((other, m) => m < k && overlap(other, output)))
        throw new Error(`step ${number}: two outputs overlap`);
    });
    node.outputs.forEach((output, k) => write(step.outputs[k] as BufferRef, output));
  });
  // Results are copied out before or after the writes into variables: both must do.
  const outputs = plan.outputs.map(read);
  for (const { variable: target, from } of plan.writes) write({ kind: 'variable', variable: target }, read(from)[0]);
  plan.outputs.forEach((ref, i) => {
    if (
      JSON.stringify(outputs[i]?.map(String)) !== JSON.stringify(read(ref).map(String)) ||
      outputs[i]?.[0] !== read(ref)[0]
    ) {
      throw new Error(`result ${i} is changed by a write`);
    }
  });
  results.forEach((result, i) => {
    const ref = plan.outputs[i] as BufferRef;
    const whole = nameOf(result);
    const copied = nodes.find((node) => node.operation.name === 'copy' && node.outputs[0] === read(ref)[0]);
    requireWhole(ref, copied ? copied.outputs[0] : result, `result ${i}`);
    if (copied?.inputs[0] && nameOf(copied.inputs[0]) !== whole)
      throw new Error(`result ${i} is a copy of something else`);
  });
  for (const [target, value] of tape.assigned) {
    const found = memories.get(target)?.[0];
    const copied = nodes.find((node) => node.operation.name === 'copy' && node.outputs[0] === found)?.inputs[0];
    if ((copied ? nameOf(copied) : found) !== nameOf(value))
      throw new Error(`${target.name} has not the value assigned last`);
  }
  return inPlace;
}

type Place = readonly [memory: unknown, start: number, size: number];

function placeOf(ref: BufferRef): Place {
  if (ref.kind === 'scratch') return ['scratch', ref.offset, ref.size];
  return ref.kind === 'variable' ? [ref.variable.name, 0, ref.variable.size] : [undefined, 0, 0];
}

function overlap(one: BufferRef, other: BufferRef): boolean {
  const [memoryA, startA, sizeA] = placeOf(one);
  const [memoryB, startB, sizeB] = placeOf(other);
  return memoryA === memoryB && startA < startB + sizeB && startB < startA + sizeA;
}

function requireSame(expected: readonly Tensor[], actual: readonly Tensor[], what: string): void {
  if (expected.length !== actual.length) throw new Error(`${what}s: ${actual.length} instead of ${expected.length}`);
  expected.forEach((tensor, number) => {
    const { data } = actual[number] as Tensor;
    tensor.data.forEach((value, i) => {
      if (!Object.is(value, data[i])) throw new Error(`${what} ${number}, element ${i} is ${data[i]}, not ${value}`);
    });
  });
}
