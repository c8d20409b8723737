/**
 * The attributes of a trial or a study: an object without a prototype, for its names come from files. What was kept as JSON
 * is parsed when somebody looks at them, and stays so.
 */
import type { AttributeValue, JsonValue } from './records.ts';
import { StoredJson } from './stored-json.ts';

export type AttributeFields = Record<string, AttributeValue>;

/** Those with something that is not parsed. A field of each one would take more. */
const unparsed = new WeakSet<AttributeFields>();

export function attributeFields(): AttributeFields {
  return Object.create(null) as AttributeFields;
}

export function setField(fields: AttributeFields, key: string, value: AttributeValue): void {
  fields[key] = value;
  if (value instanceof StoredJson) unparsed.add(fields);
}

/** @returns the same object */
export function parsedFields(fields: AttributeFields): Readonly<Record<string, JsonValue>> {
  if (unparsed.delete(fields)) {
    for (const [key, value] of Object.entries(fields)) if (value instanceof StoredJson) fields[key] = value.value;
  }
  return fields as Readonly<Record<string, JsonValue>>;
}
