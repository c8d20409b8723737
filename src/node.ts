/** gradtape for Node: everything of 'gradtape', by the same references. What needs files comes in here. */
export * from './index.ts';
