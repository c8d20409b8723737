/** The program of a thread as a file, for pages whose policy forbids Workers from text. */
import type { ThreadStart } from './layout.ts';
import { runThread } from './program.ts';

(globalThis as unknown as { onmessage: (event: { readonly data: ThreadStart }) => void }).onmessage = ({ data }) =>
  runThread(data);
