/** The one place where our side of the comparison asks for threads. */
import * as gt from 'gradtape';

/** Lets programs run on so many threads. @throws Error where this version of gradtape has one only */
export async function useThreads(threads: number): Promise<void> {
  if (threads === 1) return;
  if (!(await knowsThreads())) throw new Error('gradtape computes on one thread here');
  await gt.setDevice('wasm', wish(threads));
}

/** A device that has threads refuses to have none of them; one that has not ignores the wish. */
async function knowsThreads(): Promise<boolean> {
  try {
    await gt.setDevice('wasm', wish(0));
    return false;
  } catch {
    return true;
  }
}

function wish(threads: number): object {
  return { threads };
}
