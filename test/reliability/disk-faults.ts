/** D2: every call of the file system fails once, in every way, or takes few bytes: the old save is whole, the error typed. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileError } from '../../src/errors.ts';
import { nodeFileSystem, type FileSystem } from '../../src/io/file-system.ts';
import { GenerationStore } from '../../src/io/generation-store.ts';
import { FaultyFileSystem, systemError, type Fault, type FileCall } from '../support/faulty-file-system.ts';
import { firstLine, type Measured } from './measure.ts';

const CODES = ['ENOSPC', 'EIO', 'EACCES', 'EDQUOT', 'EROFS', 'EMFILE'];
const OLD = Uint8Array.from({ length: 1_000 }, (_, i) => i % 251);
const NEW = Uint8Array.from({ length: 1_500 }, (_, i) => i % 241);

/** Saves: `save` is what the store does, and what a planted one does otherwise. */
export type Save = (path: string, bytes: Uint8Array, files: FileSystem) => Promise<void>;

const storeSave: Save = (path, bytes, files) => new GenerationStore(path, files).save(bytes);

export async function diskFaults(save: Save = storeSave): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'gradtape-faults-'));
  const failures: string[] = [];
  let cases = 0;
  try {
    for (const [how, faultAt] of faults()) {
      for (let failing = 0; ; failing++) {
        const fault = await faultOf({ save, path: join(folder, String(cases), 'state.ckpt'), failing, how, faultAt });
        if (fault === 'no such call') break;
        cases += 1;
        if (fault !== undefined) failures.push(fault);
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return {
    figure:
      failures[0] ??
      `the old save is whole and the error typed in all of ${cases} cases: each call fails by ${CODES.join(', ')}, or takes 0 or few bytes`,
    met: failures.length === 0 && cases > 0,
    detail: { cases, codes: CODES, failures },
  };
}

function faults(): [how: string, faultAt: (call: FileCall) => Fault][] {
  return [
    ...CODES.map((code): [string, (call: FileCall) => Fault] => [code, () => systemError(code)]),
    ['no byte taken', ({ name }) => (name === 'write' ? 0 : undefined)],
    ['7 bytes taken', ({ name }) => (name === 'write' ? 7 : undefined)],
  ];
}

interface Scenario {
  readonly save: Save;
  readonly path: string;
  readonly failing: number;
  readonly how: string;
  readonly faultAt: (call: FileCall) => Fault;
}

async function faultOf({ save, path, failing, how, faultAt }: Scenario): Promise<string | undefined> {
  const disk = await nodeFileSystem();
  await save(path, OLD, disk);
  await save(path, OLD, disk);
  const files = new FaultyFileSystem(disk, (call) => (call.index === failing ? faultAt(call) : undefined));
  const error: unknown = await save(path, NEW, files).then(
    () => undefined,
    (error: unknown) => error,
  );
  const name = files.calls[failing];
  if (name === undefined) return 'no such call';
  const where = `${how} at call ${failing}, ${name}`;
  if (
    error !== undefined &&
    !(error instanceof FileError && error.message.includes(path) && error.cause instanceof Error)
  ) {
    return `${where}: not a typed error: ${firstLine(error)}`;
  }
  const loaded = await new GenerationStore(path).load().catch((error: unknown) => error);
  const isNew = loaded instanceof Uint8Array && Buffer.from(loaded).equals(NEW);
  const isOld = loaded instanceof Uint8Array && Buffer.from(loaded).equals(OLD);
  if (!(isNew || (isOld && error !== undefined))) return `${where}: what is loaded is neither the old nor the new save`;
  const left = readdirSync(join(path, '..')).filter((file) => !/^state\.ckpt(\.alternate)?$/.test(file));
  return left.length > 0 ? `${where}: ${left.join(', ')} is left` : undefined;
}
