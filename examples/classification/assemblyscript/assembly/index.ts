// Sorting texts with a small model that is made for it: faster and cheaper than a chat model, and sure of how sure it is.

import { models } from "@hypermode/modus-sdk-as";
import { ClassificationModel, ClassifierResult } from "@hypermode/modus-sdk-as/models/experimental/classification";

/** A customer's message, and what the model makes of it. */
class Review {
  text: string = "";

  /** `POSITIVE` or `NEGATIVE`: the labels are the model's. */
  label: string = "";

  /** How sure the model is, from 0 to 1. */
  confidence: f32 = 0;
}

/** Tells the mood of a text: one of the model's labels, or `unsure` where it is less sure than the threshold. */
export function mood(text: string, threshold: f32 = 0.7): string {
  const prediction = classify([text])[0];
  return prediction.confidence < threshold ? "unsure" : prediction.label;
}

/** Sorts messages, the worst first. All of them are one request to the model. */
export function triage(messages: string[]): Review[] {
  const predictions = classify(messages);
  const reviews: Review[] = [];
  for (let i = 0; i < messages.length; i++) {
    reviews.push({ text: messages[i], label: predictions[i].label, confidence: predictions[i].confidence });
  }
  return reviews.sort((a, b) => (score(a) < score(b) ? -1 : score(a) > score(b) ? 1 : 0));
}

// From -1 for surely negative to 1 for surely positive.
function score(review: Review): f32 {
  return review.label == "NEGATIVE" ? -review.confidence : review.confidence;
}

function classify(texts: string[]): ClassifierResult[] {
  const model = models.getModel<ClassificationModel>("sentiment");
  const predictions = model.invoke(model.createInput(texts)).predictions;
  if (predictions.length != texts.length) throw new Error("the model did not answer for each text");
  return predictions;
}
