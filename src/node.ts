/** gradtape for Node: everything of 'gradtape', by the same references, except the callbacks that write files. */
export * from './index.ts';
export * as callbacks from './node/callbacks.ts';
