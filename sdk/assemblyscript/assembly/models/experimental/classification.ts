import { Model } from "../../models";

/** A text classifier with a KServe-like interface. */
export class ClassificationModel extends Model<ClassificationInput, ClassificationOutput> {
  createInput(instances: string[]): ClassificationInput {
    return new ClassificationInput(instances);
  }
}


@json
export class ClassificationInput {
  constructor(public instances: string[] = []) {}
}


@json
export class ClassificationOutput {
  predictions: ClassifierResult[] = [];
}


@json
export class ClassifierResult {
  label: string = "";
  confidence: f32 = 0;
  probabilities: ClassifierLabel[] = [];
}


@json
export class ClassifierLabel {
  label: string = "";
  probability: f32 = 0;
}
