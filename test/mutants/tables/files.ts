/** Planted bugs of files, checkpoints and runs that go on. */
import { mutantsOf, type Mutant } from '../mutant.ts';

const resumed = { test: 'test/src/callbacks/backup-and-restore.test.ts' };

// One bug a line.
// prettier-ignore
export const mutants: readonly Mutant[] = [
  ...mutantsOf('src/training/run-state.ts', resumed, [
    ['the variables of the optimizer begin anew', 'state', "prepare('the optimizer', optimizerVariables(compilation), slots);", ''],
    ['random counters begin anew', 'random key', "prepare('the random counters, recurrent states and own variables of layers', model.runVariables, fields.tensors('runVariables'));", ''],
    ['the sums of the epoch begin anew', 'state', "meters.state = fields.value('meters') ?? null;", ''],
    ['callbacks begin anew', 'state', "await callbacks.setStates(where, fields.list('callbacks'));", ''],
    ['the default generator begins anew', 'random key', 'setGeneratorState(generator);', ''],
  ]),
  ...mutantsOf('src/training/batches.ts', resumed, [
    ['batches that are passed over are taken again', 'last batch', 'seen += passed;', ''],
  ]),
  ...mutantsOf('src/training/backups.ts', { test: 'test/src/callbacks/backup-and-restore-rules.test.ts' }, [
    ['a state that is not finite is kept', 'special value', 'Number.isFinite(loss) && (await weightsAreFinite(compilation))', 'true'],
  ]),
  ...mutantsOf('src/io/sealed-bytes.ts', { test: 'test/src/io/sealed-bytes.test.ts' }, [
    ['what follows the seal is believed', 'wrong value', 'crc32c(content) !== checksum', 'false'],
    ['a changed seal is believed', 'wrong value', 'view.getUint32(36, true) !== crc32c(bytes.subarray(0, 36))', 'false'],
  ]),
  ...mutantsOf('src/io/generation-store.ts', { test: 'test/src/io/generation-store.test.ts' }, [
    ['a save replaces the newest generation', 'wrong operand', 'turn.generation < older.generation', 'turn.generation > older.generation'],
  ]),
  ...mutantsOf('src/io/atomic-file.ts', { test: 'test/src/io/atomic-file.test.ts' }, [
    ['a short write passes for a whole one', 'last batch', 'offset += await step', 'offset += bytes.length + await step'],
    ['the file is not synced before it gets its name', 'state', "await step(path, 'syncing the file to the disk', () => file.sync());", ''],
  ]),
  ...mutantsOf('src/io/crc.ts', { test: 'test/src/io/crc.test.ts' }, [
    ['bytes behind whole eights do not count', 'last batch', 'for (; i < bytes.length; i++)', 'for (; i < whole; i++)'],
  ]),
  ...mutantsOf('src/io/tensorboard/histogram.ts', { test: 'test/src/io/tensorboard/histogram.test.ts' }, [
    ['the largest value has a bucket of its own', 'off by one', 'Math.min(Math.floor((value - min) / width), buckets - 1)', 'Math.floor((value - min) / width)'],
  ]),
  ...mutantsOf('src/keras/weight-places.ts', { test: 'test/src/keras/weight-places.test.ts' }, [
    ['layers of one class have one place', 'axis', 'number === 0 ? name : `${name}_${number}`', 'name'],
  ]),
  ...mutantsOf('src/keras/zip.ts', { test: 'test/src/keras/zip.test.ts' }, [
    ['a damaged member is taken', 'wrong value', 'crc32(content) !== member.checksum', 'false'],
    ['a name may lead out of the archive', 'special value', "|| parts.includes('..')", ''],
  ]),
  ...mutantsOf('src/io/half.ts', { test: 'test/src/io/half.test.ts' }, [
    ['half floats have no subnormal numbers', 'special value', 'if (fraction === 0)', 'if (exponent === 0)'],
  ]),
];
