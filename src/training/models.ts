/**
 * Models as users make them. Each of these brings training along when it is evaluated, and not before: a program that
 * makes no model has no training, no metrics and no losses in its bundle.
 */
import { modelFromJSON as untrainedFromJSON } from '../models/from-json.ts';
import { Model as UntrainedModel, model as untrainedModel } from '../models/model.ts';
import { Sequential as UntrainedSequential, sequential as untrainedSequential } from '../models/sequential.ts';
import { attachTraining } from './methods.ts';

function withTraining<Made>(made: Made): Made {
  attachTraining();
  return made;
}

/** A model: the layers between symbolic inputs and outputs. */
export type Model<Names extends string = string> = UntrainedModel<Names>;
export const Model: typeof UntrainedModel = /* @__PURE__ */ withTraining(UntrainedModel);

/** A stack of layers. */
export type Sequential = UntrainedSequential;
export const Sequential: typeof UntrainedSequential = /* @__PURE__ */ withTraining(UntrainedSequential);

export const model: typeof untrainedModel = /* @__PURE__ */ withTraining(untrainedModel);
export const sequential: typeof untrainedSequential = /* @__PURE__ */ withTraining(untrainedSequential);
export const modelFromJSON: typeof untrainedFromJSON = /* @__PURE__ */ withTraining(untrainedFromJSON);
