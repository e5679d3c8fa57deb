import { Model } from "../../models";

/** A text embedder with a KServe-like interface. */
export class EmbeddingsModel extends Model<EmbeddingsInput, EmbeddingsOutput> {
  createInput(instances: string[]): EmbeddingsInput {
    return new EmbeddingsInput(instances);
  }
}


@json
export class EmbeddingsInput {
  constructor(public instances: string[] = []) {}
}


@json
export class EmbeddingsOutput {
  predictions: f32[][] = [];
}
