/** A model from the config of a file, with room for the file's weights and no other. */
import { withoutInitializers } from '../layers/first-values.ts';
import { fieldsOf, isObject } from '../models/json-reader.ts';
import type { CustomObject } from '../models/make-layer.ts';
import { modelFromJSON, type Model } from '../training/models.ts';
import { inFile } from './in-file.ts';

/** What one may add to a model that holds fewer weights than it says. */
const ROOM = 8 * 1024 * 1024;

export interface MakeModelOptions {
  readonly where: string;
  readonly customObjects: ReadonlyMap<string, unknown>;
  /** Bytes of the file's weights. */
  readonly weightBytes: number;
}

/**
 * The model of a root envelope; its weights are zeros.
 * @throws FormatError for a config that cannot be honoured, or that asks for more weights than the file has
 */
export function makeModel(config: unknown, { where, customObjects, weightBytes }: MakeModelOptions): Model {
  return inFile(where, () =>
    withoutInitializers(weightBytes + ROOM, () => {
      const options = { customObjects: Object.fromEntries(customObjects) as Record<string, CustomObject> };
      const model = modelFromJSON(fieldsOf(where, config) && (config as object), options);
      const built = fieldsOf(where, config).get('build_config');
      const shape = isObject(built) ? fieldsOf(where, built).get('input_shape') : undefined;
      if (!model.built && Array.isArray(shape)) model.ensureBuilt(shape as (number | null)[]);
      return model;
    }),
  );
}
