/** A module that threads cannot run. */
export const objective = (): number => 1;
export const other = 2;
