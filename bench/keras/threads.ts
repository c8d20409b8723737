/** The one place where our side of the comparison asks for threads. */
import * as gt from 'gradtape';

/** Lets programs run on so many threads. @throws what `setDevice` throws where there are none to be had */
export async function useThreads(threads: number): Promise<void> {
  if (threads > 1) await gt.setDevice('wasm', { threads });
}
