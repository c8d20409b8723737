/** What parsing JSON costs, found out before it is parsed. */
import type { ByteBudget } from './byte-budget.ts';

/** What a value costs in memory, at most, in the trees that reading makes of it. */
const VALUE_BYTES = 128;
/** Levels of lists and objects: so many can be walked by functions that call themselves. */
export const MAX_JSON_DEPTH = 64;

/**
 * @param refuse is called for JSON that is nested too deep
 * @throws FormatError for JSON whose values would take more than the budget
 */
export function chargeJson(text: Uint8Array, budget: ByteBudget, refuse: (what: string) => never): void {
  // The text as a string, and the strings in it, whose characters take two bytes each if one of them is wide.
  let cost = 2 * text.length;
  let isWide = false;
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const byte = text[i] ?? 0;
    isWide ||= byte > 0x7f;
    if (inString) {
      if (byte === 0x5c) {
        i++;
        isWide ||= text[i] === 0x75;
      } else if (byte === 0x22) inString = false;
      continue;
    }
    if (byte === 0x22) inString = true;
    else if (byte === 0x5b || byte === 0x7b) {
      cost += VALUE_BYTES;
      if (++depth > MAX_JSON_DEPTH) refuse('the JSON is nested too deep');
    } else if (byte === 0x5d || byte === 0x7d) depth--;
    else if (byte === 0x2c) cost += VALUE_BYTES;
  }
  budget.charge(isWide ? cost + 2 * text.length : cost, 'the JSON');
}
