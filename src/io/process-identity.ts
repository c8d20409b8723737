/**
 * Which process this is, among all that ran or will run on any machine, and whether another one still runs. Process numbers
 * are used again, in containers by every run: the time of the start tells them apart. For Node.
 */
import { isRunning } from './file-system.ts';

/** A process, as others can write it down. */
export interface ProcessIdentity {
  /** The machine and its start, and the container where processes are counted by containers. */
  readonly host: string;
  readonly pid: number;
  /** When the process started, in the words of the system; empty where those of others cannot be asked for. */
  readonly start: string;
}

interface NodeFiles {
  readFile(path: string, encoding: 'utf8'): Promise<string>;
  readlink(path: string): Promise<string>;
}

// Specifiers that bundlers for browsers cannot see: they would refuse what only Node has.
const FILES = 'node:fs/promises';
const SYSTEM = 'node:os';

let own: Promise<ProcessIdentity> | undefined;

/** @example `${host}:${pid}:${start}` // 'ada/1f0c9a2e/4026531836:4711:88214' */
export function thisProcess(): Promise<ProcessIdentity> {
  own ??= identify();
  return own;
}

/** Whether a process has ended; undefined when it belongs to another machine or container, which nobody here can know. */
export async function hasEnded({ host, pid, start }: ProcessIdentity): Promise<boolean | undefined> {
  const self = await thisProcess();
  if (host !== self.host) return undefined;
  if (pid === self.pid) return start !== self.start;
  if (!isRunning(pid)) return true;
  const status = start === '' ? undefined : await statusOf(String(pid));
  // Where others cannot be asked, a number that is in use counts as the same process.
  if (status === undefined) return false;
  // What has ended and is still waited for keeps its number.
  return status.start !== start || status.state === 'Z' || status.state === 'X';
}

async function identify(): Promise<ProcessIdentity> {
  const system = (await import(/* webpackIgnore: true */ /* @vite-ignore */ SYSTEM)) as { hostname(): string };
  const files = await nodeFiles();
  const { process } = globalThis as unknown as { readonly process: { readonly pid: number } };
  // Containers may have the same name on one machine, machines the same name in one network.
  const boot = await files.readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
  const namespace = await files.readlink('/proc/self/ns/pid').catch(() => '');
  const host = [system.hostname(), boot.slice(0, 8), namespace.replace(/\D/g, '')]
    .filter((part) => part !== '')
    .join('/');
  return { host: host.replaceAll(':', '-'), pid: process.pid, start: (await statusOf('self'))?.start ?? '' };
}

interface Status {
  /** One letter, as in proc(5). */
  readonly state: string;
  readonly start: string;
}

/** What Linux tells of a process; undefined elsewhere, and for one that it does not show. */
async function statusOf(pid: string): Promise<Status | undefined> {
  try {
    const text = await (await nodeFiles()).readFile(`/proc/${pid}/stat`, 'utf8');
    // The name stands in parentheses and may contain any; behind it the state is the first field, the start the 20th.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', start: fields[19] ?? '' };
  } catch {
    return undefined;
  }
}

async function nodeFiles(): Promise<NodeFiles> {
  return (await import(/* webpackIgnore: true */ /* @vite-ignore */ FILES)) as NodeFiles;
}
